import React, { useEffect } from 'react';
import { Alert } from '@grafana/ui';
import { useTick } from '../../load/useTick';

const LOOK_EVERY_MS = 5000;

/** Stands on an empty database, and looks for the first event by itself. */
export function FirstEvent({ look }: { look: () => void }) {
  const { count } = useTick(LOOK_EVERY_MS);
  useEffect(() => {
    if (count > 0) {
      look();
    }
  }, [count, look]);
  return (
    <Alert severity="info" title="Waiting for the first event…">
      Everything is connected, and nothing has been sent yet. Send something as shown below: this page shows
      it within seconds.
    </Alert>
  );
}
