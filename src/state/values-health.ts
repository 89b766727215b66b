/** Measurements of the health and fitness profiles: a flags octet says which fields follow. */
import { bits, coded, medical, quantity, words, type Decoder, type Field } from "./values-field.ts";
import { float32of11073, sfloat } from "./values-float.ts";
import type { Octets } from "./values-octets.ts";
import { dateTimeText } from "./values-time.ts";

const sfloatOf = (octets: Octets) => sfloat(octets.unsigned(2));
const has = (flags: number, bit: number): boolean => (flags & (1 << bit)) !== 0;

/** Heart Rate Measurement (0x2A37) */
export const heartRate: Decoder = (octets) => {
  const flags = octets.unsigned(1);
  const fields: Field[] = [quantity("Heart rate", octets.unsigned(has(flags, 0) ? 2 : 1), "bpm")];
  if (has(flags, 2)) fields.push(words("Sensor contact", has(flags, 1) ? "yes" : "no"));
  if (has(flags, 3)) fields.push(quantity("Energy used", octets.unsigned(2), "kJ"));
  if (has(flags, 4)) {
    const intervals: number[] = [];
    while (octets.left >= 2) intervals.push((octets.unsigned(2) / 1024) * 1000);
    const shown = intervals.map((ms) => ms.toFixed(0)).join(", ");
    const last = intervals.at(-1) ?? null;
    fields.push({ name: "Beat to beat", text: shown === "" ? "none" : shown, unit: "ms", number: last });
  }
  return fields;
};

/** Temperature Measurement (0x2A1C) and Intermediate Temperature (0x2A1E) */
export const temperatureMeasurement: Decoder = (octets) => {
  const flags = octets.unsigned(1);
  const unit = has(flags, 0) ? "°F" : "°C";
  const fields: Field[] = [medical("Temperature", float32of11073(octets.unsigned(4)), unit)];
  if (has(flags, 1)) fields.push(words("Measured", dateTimeText(octets)));
  if (has(flags, 2)) fields.push(temperatureSite(octets.unsigned(1)));
  return fields;
};

export const temperatureType: Decoder = (octets) => [temperatureSite(octets.unsigned(1))];

function temperatureSite(code: number): Field {
  const sites = "reserved,armpit,body,ear,finger,gastro-intestinal tract,mouth,rectum,toe,eardrum";
  return code === 0 ? words("Site", "reserved (0)") : coded("Site", code, sites.split(","));
}

/** Blood Pressure Measurement (0x2A35) and Intermediate Cuff Pressure (0x2A36) */
export const bloodPressure: Decoder = (octets) => {
  const flags = octets.unsigned(1);
  const unit = has(flags, 0) ? "kPa" : "mmHg";
  const fields: Field[] = [
    medical("Systolic", sfloatOf(octets), unit),
    medical("Diastolic", sfloatOf(octets), unit),
    medical("Mean arterial pressure", sfloatOf(octets), unit),
  ];
  if (has(flags, 1)) fields.push(words("Measured", dateTimeText(octets)));
  if (has(flags, 2)) fields.push(medical("Pulse", sfloatOf(octets), "bpm"));
  if (has(flags, 3)) fields.push(quantity("User", octets.unsigned(1), null));
  if (has(flags, 4)) {
    const status = octets.unsigned(2);
    fields.push(bits("Remarks", status & 0x07, ["body moved", "cuff loose", "irregular pulse"]));
  }
  return fields;
};

/** Glucose Measurement (0x2A18) */
export const glucose: Decoder = (octets) => {
  const flags = octets.unsigned(1);
  const fields: Field[] = [quantity("Number", octets.unsigned(2), null)];
  fields.push(words("Measured", dateTimeText(octets)));
  if (has(flags, 0)) fields.push(quantity("Time offset", octets.signed(2), "min"));
  if (has(flags, 1)) {
    fields.push(medical("Concentration", sfloatOf(octets), has(flags, 2) ? "mol/L" : "kg/L"));
    const place = octets.unsigned(1);
    fields.push(words("Type and place", `type ${place & 0x0f}, place ${place >> 4}`));
  }
  if (has(flags, 3))
    fields.push(words("Sensor status", `0x${octets.unsigned(2).toString(16).padStart(4, "0")}`));
  return fields;
};

/** PLX Spot-Check (0x2A5E) and PLX Continuous (0x2A5F): the two first fields are the same. */
export const oximeter: Decoder = (octets) => {
  octets.unsigned(1);
  const fields = [
    medical("Oxygen saturation", sfloatOf(octets), "%"),
    medical("Pulse", sfloatOf(octets), "bpm"),
  ];
  octets.rest();
  return fields;
};

/** Weight Measurement (0x2A9D) */
export const weightMeasurement: Decoder = (octets) => {
  const flags = octets.unsigned(1);
  const imperial = has(flags, 0);
  const raw = octets.unsigned(2);
  const fields: Field[] = [
    raw === 0xffff
      ? words("Weight", "measurement failed")
      : imperial
        ? quantity("Weight", raw / 100, "lb", 2)
        : quantity("Weight", raw / 200, "kg", 3),
  ];
  if (has(flags, 1)) fields.push(words("Measured", dateTimeText(octets)));
  if (has(flags, 2)) fields.push(quantity("User", octets.unsigned(1), null));
  if (has(flags, 3)) {
    fields.push(quantity("Body mass index", octets.unsigned(2) / 10, "kg/m²", 1));
    const height = octets.unsigned(2);
    fields.push(
      imperial ? quantity("Height", height / 10, "in", 1) : quantity("Height", height / 1000, "m", 3),
    );
  }
  return fields;
};

/** CSC Measurement (0x2A5B): counters; speed needs two of them. */
export const cyclingSpeed: Decoder = (octets) => {
  const flags = octets.unsigned(1);
  const fields: Field[] = [];
  if (has(flags, 0)) {
    fields.push(quantity("Wheel revolutions", octets.unsigned(4), null));
    fields.push(quantity("Last wheel event", octets.unsigned(2) / 1024, "s", 3));
  }
  if (has(flags, 1)) {
    fields.push(quantity("Crank revolutions", octets.unsigned(2), null));
    fields.push(quantity("Last crank event", octets.unsigned(2) / 1024, "s", 3));
  }
  return fields;
};

/** RSC Measurement (0x2A53) */
export const runningSpeed: Decoder = (octets) => {
  const flags = octets.unsigned(1);
  const fields: Field[] = [
    quantity("Speed", octets.unsigned(2) / 256, "m/s", 2),
    quantity("Cadence", octets.unsigned(1), "steps/min"),
  ];
  if (has(flags, 0)) fields.push(quantity("Stride", octets.unsigned(2) / 100, "m", 2));
  if (has(flags, 1)) fields.push(quantity("Distance", octets.unsigned(4) / 10, "m", 1));
  fields.push(words("Gait", has(flags, 2) ? "running" : "walking"));
  return fields;
};

/** Cycling Power Measurement (0x2A63): the power; the optional fields stay octets. */
export const cyclingPower: Decoder = (octets) => {
  octets.unsigned(2);
  return [quantity("Power", octets.signed(2), "W")];
};
