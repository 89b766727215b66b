/**
 * Rows with keys as version 2 of the database wrote them, frozen: the vault opens with "correct horse", and the sensor's
 * place has a proven bond and a candidate beside it.
 */
export const keyRows2 = {
  vault: [
    {
      value: {
        v: 1,
        id: "vault",
        rev: 1,
        vault: "vault-1",
        createdAt: "2026-06-01T10:00:00.000Z",
        locks: [
          {
            kind: "passphrase",
            salt: "cd3cc3b23192e9be3a461c32ddcb4d716fad38ac9e3059b5e4e60f563199b818",
            iterations: 10,
            wrapped: {
              iv: "02532e2e9eea32ba610fc29d",
              data: "39b0984a090d4553e4607a3808a028a654aec6c8e6662c18353676abce6d760e5eaab7dcbc3b534bf714ef78c476258e",
            },
          },
        ],
        digest: "6e0712857fc8491980397c8a874fd7b7734fe1be7b36d235d6b52929da17e2b6",
      },
    },
  ],
  adapters: [
    {
      value: {
        v: 1,
        id: "adapter-1",
        rev: 2,
        label: "stick",
        createdAt: "2026-06-01T10:00:00.000Z",
        lastSeenAt: "2026-06-01T10:00:00.000Z",
        accepted: [
          {
            address: "02:5A:10:00:00:01",
            hciVersion: 12,
            hciSubversion: 1,
            lmpVersion: 12,
            lmpSubversion: 7,
            manufacturer: 1521,
            features: "ff01000000000000",
            usb: null,
          },
        ],
      },
    },
  ],
  identities: [
    {
      value: {
        v: 1,
        id: "adapter-1.static-c05a10000001",
        rev: 1,
        adapter: "adapter-1",
        local: "static-c05a10000001",
        createdAt: "2026-06-01T10:00:00.000Z",
        chosen: true,
        sealed: {
          vault: "vault-1",
          iv: "0861cc09ba2389c7f60ee2a8",
          data: "0db019d0262ddeb31f1adbdc863b01fdd684714de60bb75016924a9666d9c4cf0f6f",
        },
      },
    },
  ],
  bondKeys: [
    {
      value: {
        v: 1,
        id: "adapter-1.static-c05a10000001.public-025a20000022",
        rev: 1,
        adapter: "adapter-1",
        local: "static-c05a10000001",
        peer: "public-025a20000022",
        order: 1780308000001,
        name: "",
        generations: 1,
        active: null,
        candidates: [
          {
            generation: 1,
            facts: {
              types: ["central", "peripheral"],
              keySize: 16,
              authenticated: false,
              debug: false,
              oob: false,
              method: "legacy-just-works",
              role: null,
              createdAt: "2026-06-01T10:00:00.000Z",
              imported: null,
            },
            keys: {
              vault: "vault-1",
              iv: "a98c7abaaa27be64e8d4268f",
              data: "f4f1c7eb9650654f25e2975abd2f75d7d98297628af76c1e0609637e11f51dfa7df27e0b5c7924b39145638297c2d7c2cb971b692ed5bc4645497fc8d0e19c682b8452f12e97b08a",
            },
            rest: null,
            provenAt: null,
            state: "half-bond",
          },
        ],
        places: ["central 0001780308000001", "peripheral 0001780308000001"],
        erasedAt: null,
      },
    },
    {
      value: {
        v: 1,
        id: "adapter-1.static-c05a10000001.static-c63b117e4d02",
        rev: 4,
        adapter: "adapter-1",
        local: "static-c05a10000001",
        peer: "static-c63b117e4d02",
        order: 1780308000000,
        name: "Test Sensor",
        generations: 2,
        active: {
          generation: 1,
          facts: {
            types: ["sc", "irk"],
            keySize: 16,
            authenticated: true,
            debug: false,
            oob: false,
            method: "passkey",
            role: null,
            createdAt: "2026-06-01T10:00:00.000Z",
            imported: null,
          },
          keys: {
            vault: "vault-1",
            iv: "fa3568f0d08d552d6ac3fb4f",
            data: "8f6a726222b0b9fe44f4383d01e74d3e3823abace258a767cf3898595bd05dd69eca5249b8bd3a2b500729a97bab8ea8a2054e",
          },
          rest: null,
          provenAt: "2026-06-01T10:00:00.000Z",
        },
        candidates: [
          {
            generation: 2,
            facts: {
              types: ["sc", "irk"],
              keySize: 16,
              authenticated: true,
              debug: false,
              oob: false,
              method: "just-works",
              role: null,
              createdAt: "2026-06-01T10:00:00.000Z",
              imported: null,
            },
            keys: {
              vault: "vault-1",
              iv: "05e8ef441bf402fccac94d4a",
              data: "4e9d00c58fab2cc11a9ca7852a4ccd904b285752cd7624a7e7a313565d529bbb7a9e607fdfb43874956bee5e8cb904b8c9dc45",
            },
            rest: null,
            provenAt: null,
            state: "half-bond",
          },
        ],
        places: ["sc 0001780308000000", "irk 0001780308000000"],
        erasedAt: null,
      },
    },
  ],
} as const;
