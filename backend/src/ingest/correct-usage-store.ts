import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.js';
import type { StoredRow } from '../event-store/ledger-row.js';
import { storedRow, storedRowsWhere } from '../event-store/stored-row.js';

/** Every stored event with these ids: several when realms or start times differ. @param realm null: any */
export async function findStored(
  db: Queryable,
  ids: { readonly traceId: string; readonly spanId: string },
  realm: string | null,
): Promise<StoredRow[]> {
  const { rows } = await db.query(
    storedRowsWhere(sql`
      e.trace_id = ${ids.traceId} and e.span_id = ${ids.spanId} and (${realm}::text is null or e.realm = ${realm})`),
  );
  return rows.map((row) => storedRow(row, row['place'] as StoredRow['place']));
}
