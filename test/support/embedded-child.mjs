// A second process for the tests of the data folder: opens it, inserts rows for ever and prints each number once it is
// committed. Uses the compiled product, as a real process does.
import sql from 'sql-template-tag';
import { openEmbedded } from '../../backend/dist/db/embedded/open-embedded.js';

const logger = { info: () => {}, warn: () => {}, error: () => {} };
const db = await openEmbedded({ dataDir: process.argv[2] ?? '', logger });
await db.query(sql`create table if not exists acknowledged (id int primary key)`);
for (let id = 1; ; id++) {
  await db.query(sql`insert into acknowledged values (${id})`);
  process.stdout.write(`${id}\n`);
}
