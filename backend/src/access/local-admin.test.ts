import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalAdmin, readLocalAdmin } from './local-admin.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'tokenledger-')), 'data');
});
afterEach(() => rm(join(dataDir, '..'), { recursive: true }));

const url = 'http://127.0.0.1:4318';

describe('the local admin token', () => {
  it('is read back with the address, and recognised', async () => {
    const admin = createLocalAdmin(dataDir);
    await admin.publish(url);
    const read = await readLocalAdmin(dataDir);
    expect(read).toMatchObject({ url, pid: process.pid });
    expect(admin.matches(read?.token ?? '')).toBe(true);
    expect(admin.matches(`${read?.token}x`)).toBe(false);
    expect(admin.matches('')).toBe(false);
    expect(createLocalAdmin(dataDir).matches(read?.token ?? '')).toBe(false);
  });

  it('can be read by its owner only, even where a file with lax rights was', async () => {
    await createLocalAdmin(dataDir).publish(url);
    await writeFile(join(dataDir, 'admin-token'), 'old');
    await chmod(join(dataDir, 'admin-token'), 0o666);
    await createLocalAdmin(dataDir).publish(url);
    for (const file of ['admin-token', 'server.json']) {
      expect([file, (await stat(join(dataDir, file))).mode & 0o777]).toEqual([file, 0o600]);
    }
  });

  it("is removed at the end, but not another server's", async () => {
    const first = createLocalAdmin(dataDir);
    const second = createLocalAdmin(dataDir);
    await first.publish(url);
    await second.publish('http://127.0.0.1:4319');
    await first.withdraw();
    expect((await readLocalAdmin(dataDir))?.url).toBe('http://127.0.0.1:4319');
    await second.withdraw();
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('is null where no server runs, and an error with advice where the files are damaged', async () => {
    expect(await readLocalAdmin(dataDir)).toBeNull();
    await createLocalAdmin(dataDir).publish(url);
    await writeFile(join(dataDir, 'server.json'), '{');
    await expect(readLocalAdmin(dataDir)).rejects.toThrow('as the user who started the server');
  });
});
