import { ApiError } from '../../api/apiError';
import type { UsageAnswer } from '../../api/wire';
import type { UsageQuery } from '../query';

/** As many as the API gives at once. */
export const MOST_ROWS = 50_000;

export const TOO_MANY_ROWS = 'too_many_rows';

/** A line that misses some of its points would lie; a table only ends early, and says so. @throws ApiError */
export function complete(answer: UsageAnswer, format: UsageQuery['format']): UsageAnswer {
  if (!answer.meta.truncated || format === 'table') return answer;
  throw new ApiError(
    200,
    TOO_MANY_ROWS,
    `This would be more than ${MOST_ROWS.toLocaleString('en-US')} points. Choose a longer interval, less time, fewer dimensions ` +
      'to group by, or only the greatest groups.',
  );
}
