const SHOWN = 8;

/** An id in a title: its beginning, as long as it takes to tell it from others. The page has the whole one to copy. */
export const shortId = (id: string): string => (id.length > 2 * SHOWN ? `${id.slice(0, SHOWN)}…` : id);
