import { NEVER, of } from 'rxjs';
import type { Api } from '../../api/client';
import {
  aCall,
  aConversation,
  aJob,
  anExplanation,
  aPendingGroup,
  aStatus,
  aTrace,
  someCalls,
  someJobs,
} from './fixtures';

/** A backend where all is well; what a test is about it says itself. */
export const fakeApi = (more: Partial<Api> = {}): Api => ({
  status: () => of(aStatus()),
  jobs: () => of(someJobs([aJob('settle'), aJob('refresh')])),
  pending: () => of({ calls: 105, groups: [aPendingGroup()] }),
  searchEvents: () => of(someCalls([aCall()])),
  trace: () => of(aTrace()),
  conversation: () => of(aConversation()),
  cost: () => of(anExplanation()),
  dimensionValues: () => of({ values: [{ value: 'acme', calls: 1 }], truncated: false }),
  usage: () => NEVER,
  annotations: () => NEVER,
  ...more,
});
