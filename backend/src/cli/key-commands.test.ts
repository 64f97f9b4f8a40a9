import { Command } from 'commander';
import type { ApiClient } from './api-client.js';
import { addKeyCommands } from './key-commands.js';

/** What `keys create` prints for a key of these scopes. */
async function printed(scopes: readonly string[]): Promise<string> {
  const program = new Command().exitOverride();
  let output = '';
  const post = (path: string, body: unknown): Promise<unknown> => {
    expect([path, body]).toEqual(['/api/v1/keys', { name: 'x', scopes, org_id: null }]);
    return Promise.resolve({ id: 'abc', token: 'tlk_abc_secret', scopes });
  };
  addKeyCommands(program, async (work) => {
    output = await work({ post } as unknown as ApiClient, true);
  });
  await program.parseAsync(['keys', 'create', '--name', 'x', '--scope', ...scopes], { from: 'user' });
  return output;
}

describe('keys create', () => {
  it('prints the key first, and how it is sent', async () => {
    const [first, ...rest] = (await printed(['ingest', 'read'])).split('\n');
    expect(first).toBe('tlk_abc_secret');
    expect(rest.join('\n')).toContain('Authorization: Bearer');
  });

  it("prints the two lines for Grafana's data source, and never speaks of Authorization", async () => {
    const output = await printed(['grafana']);
    const [name, value] = output.split('\n').map((line) => line.split(/ {2,}/)[1]);
    expect([name, value]).toEqual(['X-Tokenledger-Key', 'tlk_abc_secret']);
    expect(output).not.toContain('Authorization');
  });
});
