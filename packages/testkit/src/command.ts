import { OperatorError } from '@heliograph/telemetry'

/**
 * Runs a command and sets the exit code that it returns. Wrong arguments exit with 2, what can be mended with 1; both are told in
 * one line, without a stack.
 */
export async function runCommand(run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run()
  } catch (error) {
    const misused = error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
    if (!(misused || error instanceof OperatorError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = misused ? 2 : 1
  }
}
