import { allEnded } from './all-ended.js';

it('throws what failed first, but only when all have ended', async () => {
  let ended = false;
  const slow = new Promise((resolve) => setTimeout(resolve, 20)).then(() => {
    ended = true;
  });
  await expect(
    allEnded([slow, Promise.reject(new Error('one')), Promise.reject(new Error('two'))]),
  ).rejects.toThrow('one');
  expect(ended).toBe(true);
});
