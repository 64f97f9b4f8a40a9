import type { Source } from '../environment';
import { chooseSource } from './chooseSource';

const source = (uid: string, isDefault = false): Source => ({
  uid,
  name: uid,
  url: `/proxy/${uid}`,
  isDefault,
});
const [a, b] = [source('a'), source('b', true)];

it('asks the one that the address names', () => {
  expect(chooseSource([a, b], 'a')).toEqual({ kind: 'chosen', source: a });
});

it('asks the default one, wherever it stands', () => {
  expect(chooseSource([a, b], null)).toEqual({ kind: 'chosen', source: b });
});

it('asks the first when none is the default', () => {
  expect(chooseSource([a, source('c')], null)).toEqual({ kind: 'chosen', source: a });
});

it('asks nobody in place of one that is not here', () => {
  expect(chooseSource([a, b], 'gone')).toEqual({ kind: 'unknown', uid: 'gone' });
});

it('says that there is none', () => {
  expect(chooseSource([], 'a')).toEqual({ kind: 'none' });
});
