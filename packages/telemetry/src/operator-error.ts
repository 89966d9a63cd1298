/**
 * What whoever runs the server can mend: a port in use, a file that can't be read, a database that isn't there. The message
 * says everything in one line, so it is told without a stack.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError'
}
