import React from 'react';
import { TextLink } from '@grafana/ui';
import type { Status } from '../../../api/wire';
import { useEnvironment } from '../../environment';
import { agoText } from '../../format/duration';
import { callsText, countText, percentText } from '../../format/number';
import { msBetween, timeText } from '../../format/time';
import { useSource } from '../../source/SourceContext';
import { MoneyText } from '../MoneyText';
import { Tile, TileGrid } from './Tile';

/** Longer silence is rare where people work, and worth a look. */
const SILENT_MS = 3_600_000;

/** Is it working: connection, last event, coverage and cost of the day so far. */
export function StatusTiles({ status }: { status: Status }) {
  return (
    <TileGrid>
      <ConnectionTile status={status} />
      <LastEventTile status={status} />
      <CoverageTile status={status} />
      <CostTile status={status} />
    </TileGrid>
  );
}

function ConnectionTile({ status: { you, version, database } }: { status: Status }) {
  const user = useEnvironment().userName();
  const engine = database.engine === 'embedded' ? 'embedded database' : 'TimescaleDB server';
  return (
    <Tile label="Connection" value="Connected" tone={database.behind ? 'warning' : 'success'}>
      <div>
        As {user}
        {you.role && `, ${you.role}`}
        {you.organisations && `, for ${you.organisations.join(', ') || 'no organisation'}`}
      </div>
      <div>
        Tokenledger {version}, {engine}
      </div>
    </Tile>
  );
}

function LastEventTile({ status: { last_event: last, time } }: { status: Status }) {
  if (!last) {
    return (
      <Tile label="Last event" value="None yet">
        Nothing has arrived so far.
      </Tile>
    );
  }
  // By the backend's clock on both sides: the browser's may be wrong.
  const silence = msBetween(last.ingested_at, time);
  const isSilent = silence > SILENT_MS;
  return (
    <Tile label="Last event" value={agoText(silence)} tone={isSilent ? 'warning' : 'success'}>
      <div>Arrived {timeText(last.ingested_at)}</div>
      {isSilent && <div>If you expect traffic, check that your senders still reach the backend.</div>}
    </Tile>
  );
}

function CoverageTile({ status: { today } }: { status: Status }) {
  if (!today) {
    return (
      <Tile label="Coverage today" value="—">
        Not known while the database is behind.
      </Tile>
    );
  }
  if (today.coverage === null) {
    return (
      <Tile label="Coverage today" value="—">
        No billable calls yet today (UTC).
      </Tile>
    );
  }
  const billable = today.priced_calls + today.pending_calls;
  return (
    <Tile
      label="Coverage today"
      value={percentText(today.coverage)}
      tone={today.pending_calls === 0 ? 'success' : 'warning'}
    >
      {countText(today.priced_calls)} of {callsText(billable)} {billable === 1 ? 'has' : 'have'} a price
    </Tile>
  );
}

function CostTile({ status: { today } }: { status: Status }) {
  const { paths } = useSource();
  if (!today) {
    return (
      <Tile label="Cost today so far" value="—">
        Not known while the database is behind.
      </Tile>
    );
  }
  const pending = paths.calls({ status: 'pending', from: String(Date.parse(today.from)), to: 'now' });
  return (
    <Tile label="Cost today so far" value={<MoneyText value={today.cost_usd} />}>
      {today.pending_calls > 0 ? (
        <>
          without{' '}
          <TextLink
            href={pending}
            variant="bodySmall"
          >{`${callsText(today.pending_calls)} pending`}</TextLink>
        </>
      ) : (
        'since midnight UTC'
      )}
    </Tile>
  );
}
