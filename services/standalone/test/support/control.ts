import { Readable, Writable } from 'node:stream'
import { runCli } from '@heliograph/heliographctl'
import type { Site } from '@heliograph/testkit'

export interface Outcome {
  readonly code: number
  /** What `--json` prints; undefined when the command failed. */
  readonly data: unknown
  readonly errors: string
}

/** Runs heliographctl against a server. */
export async function control(site: Site, args: readonly string[], input = ''): Promise<Outcome> {
  const [stdout, stderr] = [new Collector(), new Collector()]
  const surroundings = { env: {}, stdin: Readable.from([input]), stdout, stderr }
  const code = await runCli([...args, '--json', '--address', site.description.rpc], surroundings)
  return { code, data: code === 0 ? JSON.parse(stdout.text) : undefined, errors: stderr.text }
}

class Collector extends Writable {
  text = ''

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    this.text += String(chunk)
    done()
  }
}
