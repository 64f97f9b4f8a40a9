import type { BackendSrv, FetchResponse } from '@grafana/runtime';
import { Observable, timer } from 'rxjs';

interface Asked {
  readonly path: string;
  // What was sent; tests look into it as they know the endpoint.
  readonly body: Record<string, unknown>;
}

/** A problem instead of an answer. */
export class FakeProblem {
  readonly status: number;
  readonly code: string;
  readonly field: string;

  constructor(status: number, code: string, field: string) {
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

/** A backend behind Grafana's service: answers later, as a network does, and remembers who gave up. */
export function fakeBackend(answer: (asked: Asked) => unknown) {
  const asked: Asked[] = [];
  const aborted: string[] = [];
  const fetch = ({ url, data }: { url: string; data?: unknown }) =>
    new Observable((observer) => {
      const request = { path: url.replace(/^.*\/api\/v1\//, ''), body: { ...(data as object) } };
      asked.push(request);
      let isAnswered = false;
      const subscription = timer(0).subscribe(() => {
        isAnswered = true;
        const given = answer(request);
        if (given instanceof FakeProblem) {
          const { status, code, field } = given;
          const errors = [{ field, message: 'x' }];
          observer.error({
            status,
            data: { status, code, detail: `${code}: do this.`, errors },
            config: { url },
          });
        } else {
          observer.next({ data: given } as FetchResponse<unknown>);
          observer.complete();
        }
      });
      return () => {
        if (!isAnswered) aborted.push(request.path);
        subscription.unsubscribe();
      };
    });
  // The real one is generic in the type of the data, which a fake cannot know.
  return { asked, aborted, service: { fetch } as unknown as BackendSrv };
}
