/** Counts the body bytes that all requests together hold in memory. */
export interface BytesInFlight {
  /** Whether `bytes` more would fit now. Nothing is reserved: a promised length costs nothing until it arrives. */
  fits(bytes: number): boolean;
  /** Counts `bytes` if they fit. */
  take(bytes: number): boolean;
  release(bytes: number): void;
  held(): number;
}

/** Bounds memory across requests: the limit of one body says nothing about a hundred of them. */
export function createBytesInFlight(maxBytes: number): BytesInFlight {
  let held = 0;
  const fits = (bytes: number): boolean => held + bytes <= maxBytes;
  return {
    fits,
    take(bytes) {
      if (!fits(bytes)) return false;
      held += bytes;
      return true;
    },
    release(bytes) {
      held -= bytes;
    },
    held: () => held,
  };
}
