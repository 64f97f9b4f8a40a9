import type { Ingest } from './ingest.js';
import { exportResponse, JSON_TYPE, PROTOBUF, responseType, statusMessage } from './otlp-response.js';
import { route, type ErrorRenderer, type Route } from '../http/route.js';

const renderError: ErrorRenderer = (problem, headers) => {
  const contentType = responseType(headers['content-type']);
  return { contentType, body: statusMessage(contentType, problem.status, problem.message) };
};

/** `POST /v1/traces` as the OTLP/HTTP specification (opentelemetry-proto v1.11) demands. */
export function createOtlpRoutes(ingest: Ingest): Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/traces',
      tag: 'Ingest',
      scope: 'ingest',
      summary: 'Receive spans (OTLP/HTTP)',
      description:
        'An `ExportTraceServiceRequest` as protobuf or JSON, plain or gzip. Answered after the events are committed. ' +
        'Spans that cannot be understood are named in `partial_success` and kept in the quarantine.',
      rawBody: { contentTypes: [PROTOBUF, JSON_TYPE], renderError },
      responses: {
        200: { description: 'Committed. `partial_success` tells what was set aside.' },
        400: { description: 'Not decodable: do not send it again.' },
        413: { description: 'Too large, also after inflating.' },
        429: { description: 'Too much is waiting: send it again after Retry-After seconds.' },
        503: { description: 'The database is away: send it again after Retry-After seconds.' },
      },
      handle: async ({ body, headers, caller }) => {
        const contentType = responseType(headers['content-type']);
        const result = await ingest.traces(body, contentType, caller);
        return { contentType, body: exportResponse(contentType, result.rejected, result.message) };
      },
    }),
  ];
}
