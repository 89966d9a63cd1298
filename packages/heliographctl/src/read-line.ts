import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** Reads one line; from a terminal with a prompt and without echo. Empty at the end of the input. */
export async function readLine(
  input: Readable & { isTTY?: boolean },
  output: Writable,
  prompt: string,
): Promise<string> {
  const terminal = input.isTTY === true
  if (terminal) output.write(prompt)
  const lines = createInterface({ input, terminal, historySize: 0 })
  try {
    for await (const line of lines) return line
    return ''
  } finally {
    lines.close()
    if (terminal) output.write('\n')
  }
}
