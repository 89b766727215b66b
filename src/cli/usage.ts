/** What `--help` prints. */
import { EXPORT_FORMATS } from "./arguments.ts";

export const USAGE = `Finds a Bluetooth LE device, verifies its bond, pairs only if needed, proves it, and ends with a code.

  bondkeeper ADDRESS [--check-only | --force-repair] [--plan] [--level LEVEL]
                     [--pin-file FILE | --pin-stdin] [--allow-legacy]
  bondkeeper list                     bonds, and what is proven about each
  bondkeeper forget ADDRESS [--yes]   deletes the keys of one device
  bondkeeper import PATH … [--dry-run]
  bondkeeper export --format FORMAT --to PATH
  bondkeeper gatt ADDRESS             what the device offers
  bondkeeper read ADDRESS UUID        one value, over the bonded link
  bondkeeper scan                     devices that advertise
  bondkeeper trace --to FILE          HCI traffic as btsnoop, without keys

Of a bond
  --check-only        changes nothing, pairs never
  --force-repair      pairs anew; the old bond stays until the new one is proven
  --plan              only says which steps would run; opens no adapter
  --level LEVEL       encrypted (default), authenticated or secure
  --pin-file FILE     the code of the device: six digits in a file that only
  --pin-stdin         its owner can read, or on standard input; else it is
                      asked for, when the device asks for it
  --allow-legacy      a pairing that a listener can break, for this device

Of a bond, gatt and read
  --find S            to hear a device that there is no record of (30)
  --connect S         for one attempt to connect (10)

Of every command
  --transport WHERE   usb (default), usb:VID:PID, serial:PATH, ws://…, wss://…,
                      tcp://HOST:PORT or sim
  --store DIR         where keys and records are kept
  --passphrase-file FILE, --passphrase-stdin, --passphrase-credential NAME
                      opens the keys; with none they are as safe as their file
  --timeout S         for the whole command (60)
  --json              one JSON object a line
  --verbose           steps as they begin, too

Formats: ${EXPORT_FORMATS.join(", ")}

Exit status
  0 ok               1 no working bond (--check-only)    2 pairing failed
  3 adapter          4 permission, or keys not readable  5 unreachable
  6 cancelled        7 not supported here                8 below the level
  9 not stored      10 the device lost its key: --force-repair
 64 wrong use       70 fault of this program
`;
