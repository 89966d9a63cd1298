import { readFileSync } from 'node:fs'

/** Version of the release this process runs. */
export function releaseVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  return String((manifest as { version?: unknown }).version)
}
