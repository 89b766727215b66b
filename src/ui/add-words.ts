import { serviceName, shortUuid } from "../state/assigned-numbers.ts";
import type { FieldProblem } from "../state/add-device.ts";

/** What is wrong with a field, and what would be right. */
export function problemWords(problem: FieldProblem): string {
  switch (problem.kind) {
    case "half-a-probe":
      return "Name both, the service and the characteristic in it.";
    case "too-long":
      return `Too long: the browser takes ${problem.most} bytes at most.`;
    case "blocked": {
      const name = serviceName(problem.uuid) ?? shortUuid(problem.uuid);
      return `${name} is kept for the system: no page may use it.`;
    }
    case "uuid":
      return uuidWords(problem.text, problem.why);
  }
}

function uuidWords(text: string, { why, digits }: Extract<FieldProblem, { kind: "uuid" }>["why"]): string {
  const shown = `“${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`;
  switch (why) {
    case "empty":
      return "A UUID is missing.";
    case "not-hex":
      return `${shown} is no UUID: only 0 to 9, a to f and hyphens.`;
    case "length":
      return `${shown} has ${digits} digits. A UUID has 4, 8 or 32.`;
    case "hyphens":
      return `${shown}: the hyphens of a UUID stand after 8, 12, 16 and 20 digits.`;
  }
}
