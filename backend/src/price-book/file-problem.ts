import { Problem } from '../http/problem.js';
import { PricesFileProblem } from './prices-file.js';

/** What is wrong with a prices file as an answer that names every place; any other error as it is. */
export function pricesFileProblem(error: unknown): unknown {
  if (!(error instanceof PricesFileProblem)) return error;
  const errors = error.errors.map(({ path, line, message }) => ({
    field: path,
    message: line === null ? message : `line ${line}: ${message}`,
  }));
  return new Problem(422, 'prices_file', error.message, { errors, cause: error });
}
