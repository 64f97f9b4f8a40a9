import type { Source } from '../environment';

export type Choice =
  | { kind: 'none' }
  /** The address names one that is not here: another would answer with other numbers, so nobody is asked. */
  | { kind: 'unknown'; uid: string }
  | { kind: 'chosen'; source: Source };

/** What the address asks for, else the default one, else the first. */
export function chooseSource(sources: readonly Source[], wantedUid: string | null): Choice {
  const usual = sources.find((source) => source.isDefault) ?? sources[0];
  if (!usual) {
    return { kind: 'none' };
  }
  if (wantedUid === null) {
    return { kind: 'chosen', source: usual };
  }
  const wanted = sources.find((source) => source.uid === wantedUid);
  return wanted ? { kind: 'chosen', source: wanted } : { kind: 'unknown', uid: wantedUid };
}
