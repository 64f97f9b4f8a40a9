import { gzipSync } from 'node:zlib';
import { encodeOtlp } from './otlp-codec.js';

/** A body with the headers it is sent with. */
export interface OtlpForm {
  readonly name: string;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

const JSON_HEADERS = { 'content-type': 'application/json' };
const PROTOBUF_HEADERS = { 'content-type': 'application/x-protobuf' };
const GZIP = { 'content-encoding': 'gzip' };

/** One OTLP request in every form a sender may choose. */
export function otlpForms(request: { resourceSpans?: unknown[] }): OtlpForm[] {
  const json = Buffer.from(JSON.stringify(request));
  const protobuf = encodeOtlp(request);
  return [
    { name: 'JSON', body: json, headers: JSON_HEADERS },
    { name: 'protobuf', body: protobuf, headers: PROTOBUF_HEADERS },
    { name: 'JSON, gzip', body: gzipSync(json), headers: { ...JSON_HEADERS, ...GZIP } },
    { name: 'protobuf, gzip', body: gzipSync(protobuf), headers: { ...PROTOBUF_HEADERS, ...GZIP } },
  ];
}
