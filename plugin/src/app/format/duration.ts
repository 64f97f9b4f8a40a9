import { UNKNOWN } from './money';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in at most two units: "850 ms", "1.84 s", "2 min 5 s", "3 h 12 min". */
export function durationText(ms: number | null): string {
  if (ms === null) {
    return UNKNOWN;
  }
  if (ms < SECOND) {
    return `${ms < 10 ? round(ms, 1) : Math.round(ms)} ms`;
  }
  if (ms < MINUTE) {
    return `${round(ms / SECOND, ms < 10 * SECOND ? 2 : 1)} s`;
  }
  if (ms < HOUR) {
    return twoUnits(ms, MINUTE, 'min', SECOND, 's');
  }
  return ms < DAY ? twoUnits(ms, HOUR, 'h', MINUTE, 'min') : twoUnits(ms, DAY, 'd', HOUR, 'h');
}

/** How long ago, in one unit: "just now", "2 min ago", "3 h ago". */
export const agoText = (ms: number): string => (ms < 5 * SECOND ? 'just now' : `${oneUnit(ms)} ago`);

/** How long until: "now", "in 25 s". */
export const untilText = (ms: number): string => (ms < SECOND ? 'now' : `in ${oneUnit(ms)}`);

function oneUnit(ms: number): string {
  if (ms < MINUTE) {
    return `${Math.floor(ms / SECOND)} s`;
  }
  if (ms < HOUR) {
    return `${Math.floor(ms / MINUTE)} min`;
  }
  if (ms < 2 * DAY) {
    return `${Math.floor(ms / HOUR)} h`;
  }
  return `${Math.floor(ms / DAY)} days`;
}

function twoUnits(ms: number, great: number, greatName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % great) / small);
  return `${Math.floor(ms / great)} ${greatName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
