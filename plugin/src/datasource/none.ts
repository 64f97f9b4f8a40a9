/** How a missing value (null) of a dimension is written where only text will do: in names, variables and ad-hoc filters. */
export const NONE = '(none)';

/** The name of the sum of all groups that are not among the greatest. */
export const OTHER = 'other';
