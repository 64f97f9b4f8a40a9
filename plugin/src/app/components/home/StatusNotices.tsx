import React from 'react';
import { Alert } from '@grafana/ui';
import type { Status } from '../../../api/wire';

/** What is wrong with the installation itself. */
export function StatusNotices({ status: { database } }: { status: Status }) {
  return (
    <>
      {database.behind && (
        <Alert severity="warning" title="The database is behind the backend">
          Its schema is {database.schema}, the backend needs {database.needed}. Restart one backend of this
          version: it migrates the database as it starts.
        </Alert>
      )}
      {database.engine === 'embedded' && (
        <Alert severity="info" title="This backend is for evaluation">
          It runs on its embedded database, which survives the end of its process but not a power cut. For
          production set DATABASE_URL to a TimescaleDB server.
        </Alert>
      )}
    </>
  );
}
