import { createInterface } from 'node:readline/promises';

/**
 * Asks at the terminal before something is changed; only the word yes is one.
 * @throws Error when nobody can be asked: a script says beforehand that it means it
 */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new Error(
      'Nothing was changed: there is no terminal to ask at. Add --yes to make the change, or --dry-run if this was all you wanted to know.',
    );
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(`${question} Only "yes" is taken: `)).trim() === 'yes';
  } finally {
    terminal.close();
  }
}
