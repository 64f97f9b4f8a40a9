import { shortId } from './id';

it('leaves out the end of a long id, and nothing of a short one', () => {
  expect(shortId('de30000000000cdfec4e875435860c04')).toBe('de300000…');
  expect(shortId('acme-823')).toBe('acme-823');
  expect(shortId('0123456789abcdef')).toBe('0123456789abcdef');
});
