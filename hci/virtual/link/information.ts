import { hasFeature, LeFeature } from "../../host/supported.ts";
import type { Bytes } from "../../ports.ts";
import { Status } from "../status.ts";
import type { LinkEnd } from "./end.ts";
import type { ControlPdu, Version } from "./frame.ts";
import type { Procedure } from "./procedures.ts";

const NO_VERSION: Version = { version: 0, company: 0, subversion: 0 };

/** Feature exchange and version exchange (Vol 6 Part B 5.1.4, 5.1.5). What is known already is answered at once. */
export class Information implements Procedure {
  readonly #end: LinkEnd;
  #features: Bytes | undefined;
  #version: Version | undefined;
  #versionSent = false;

  constructor(end: LinkEnd) {
    this.#end = end;
  }

  /** The features that both sides have; undefined before an exchange. */
  get features(): Bytes | undefined {
    return this.#features;
  }

  readFeatures(): void {
    const end = this.#end;
    end.procedures.begin("features", () => {
      if (this.#features !== undefined) {
        this.#reportFeatures(Status.Success);
        return;
      }
      end.procedures.expectAnswer();
      const op = end.role === "central" ? "FEATURE_REQ" : "PERIPHERAL_FEATURE_REQ";
      end.send({ op, features: end.owner.features });
    });
  }

  readVersion(): void {
    const end = this.#end;
    end.procedures.begin("version", () => {
      if (this.#version !== undefined) {
        this.#reportVersion(Status.Success);
        return;
      }
      end.procedures.expectAnswer();
      this.#sendVersion();
    });
  }

  receive(pdu: ControlPdu): boolean {
    switch (pdu.op) {
      case "PERIPHERAL_FEATURE_REQ":
        if (!hasFeature(this.#end.owner.features, LeFeature.peripheralInitiatedFeaturesExchange))
          return false;
        return this.#answerFeatures(pdu.features);
      case "FEATURE_REQ":
        return this.#answerFeatures(pdu.features);
      case "FEATURE_RSP":
        this.#features = pdu.features;
        this.#reportFeatures(Status.Success);
        return true;
      case "VERSION_IND":
        this.#version = { version: pdu.version, company: pdu.company, subversion: pdu.subversion };
        if (!this.#versionSent) this.#sendVersion();
        this.#reportVersion(Status.Success);
        return true;
      case "UNKNOWN_RSP":
        if (pdu.of !== "PERIPHERAL_FEATURE_REQ") return false;
        this.#reportFeatures(Status.UnsupportedRemoteFeature);
        return true;
      default:
        return false;
    }
  }

  #answerFeatures(theirs: Bytes): boolean {
    const ours = this.#end.owner.features;
    this.#features = theirs.map((octet, i) => octet & (ours[i] ?? 0));
    this.#end.send({ op: "FEATURE_RSP", features: this.#features });
    return true;
  }

  #reportFeatures(status: number): void {
    if (this.#end.procedures.active !== "features") return;
    this.#end.owner.onFeatures(this.#end, status, this.#features ?? new Uint8Array(8));
    this.#end.procedures.end("features");
  }

  #sendVersion(): void {
    this.#versionSent = true;
    this.#end.send({ op: "VERSION_IND", ...this.#end.owner.version });
  }

  #reportVersion(status: number): void {
    if (this.#end.procedures.active !== "version") return;
    this.#end.owner.onVersion(this.#end, status, this.#version ?? NO_VERSION);
    this.#end.procedures.end("version");
  }
}
