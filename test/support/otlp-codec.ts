import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

/** OTLP by protobufjs and a descriptor: independent of the product's own decoder, so the two can be compared. */
const root = protobuf.Root.fromJSON(
  JSON.parse(readFileSync(new URL('./otlp-descriptor.json', import.meta.url), 'utf8')) as protobuf.INamespace,
);

interface OtlpJson {
  resourceSpans?: unknown[];
}

/** Encodes an OTLP/JSON request as protobuf: ids from hex to bytes, NaN doubles (null) restored. */
export function encodeOtlp(request: OtlpJson): Buffer {
  const type = root.lookupType('ExportTraceServiceRequest');
  return Buffer.from(type.encode(type.fromObject(protobufForm(request) as Record<string, unknown>)).finish());
}

const HEX_FIELDS = new Set(['traceId', 'spanId', 'parentSpanId']);

function protobufForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(protobufForm);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      if (HEX_FIELDS.has(name)) return [name, Buffer.from(String(inner), 'hex')];
      if (name === 'doubleValue' && inner === null) return [name, NaN];
      return [name, protobufForm(inner)];
    }),
  );
}

export interface ExportResponse {
  partialSuccess?: { rejectedSpans: string; errorMessage: string };
}

export function decodeExportResponse(body: Uint8Array): ExportResponse {
  const type = root.lookupType('ExportTraceServiceResponse');
  return type.toObject(type.decode(body), { longs: String });
}

export function decodeRpcStatus(body: Uint8Array): { code: number; message: string } {
  const type = root.lookupType('RpcStatus');
  return type.toObject(type.decode(body), { defaults: true }) as { code: number; message: string };
}
