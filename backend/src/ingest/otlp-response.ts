import protobuf from 'protobufjs/minimal.js';

export const PROTOBUF = 'application/x-protobuf';
export const JSON_TYPE = 'application/json';

/** The response of an OTLP request is encoded as the request was. */
export const responseType = (contentType: string | undefined): typeof PROTOBUF | typeof JSON_TYPE =>
  contentType !== undefined && /^application\/json\b/i.test(contentType.trim()) ? JSON_TYPE : PROTOBUF;

/** `ExportTraceServiceResponse`: `partial_success` is left unset when there is nothing to say. */
export function exportResponse(type: string, rejected: number, message: string): Buffer {
  const partial = rejected > 0 || message !== '';
  if (type === JSON_TYPE) {
    const body = partial
      ? { partialSuccess: { rejectedSpans: String(rejected), errorMessage: message } }
      : {};
    return Buffer.from(JSON.stringify(body));
  }
  const writer = protobuf.Writer.create();
  if (partial) {
    writer.uint32((1 << 3) | 2).fork();
    if (rejected > 0) writer.uint32((1 << 3) | 0).int64(rejected);
    if (message !== '') writer.uint32((2 << 3) | 2).string(message);
    writer.ldelim();
  }
  return Buffer.from(writer.finish());
}

/** Codes of google.rpc.Code for the HTTP statuses an OTLP receiver answers with. */
const RPC_CODES: Readonly<Record<number, number>> = {
  400: 3, // INVALID_ARGUMENT
  401: 16, // UNAUTHENTICATED
  403: 7, // PERMISSION_DENIED
  404: 5, // NOT_FOUND
  413: 3, // INVALID_ARGUMENT
  415: 3, // INVALID_ARGUMENT
  429: 8, // RESOURCE_EXHAUSTED
  503: 14, // UNAVAILABLE
};

/** `google.rpc.Status`, which every 4xx and 5xx answer of an OTLP receiver carries. */
export function statusMessage(type: string, httpStatus: number, message: string): Buffer {
  const code = RPC_CODES[httpStatus] ?? 2; // UNKNOWN
  if (type === JSON_TYPE) return Buffer.from(JSON.stringify({ code, message }));
  return Buffer.from(
    protobuf.Writer.create()
      .uint32((1 << 3) | 0)
      .int32(code)
      .uint32((2 << 3) | 2)
      .string(message)
      .finish(),
  );
}
