import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file of the console, as it is sent. */
export interface ConsoleFile {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

const DIRECTORY = join(import.meta.dirname, '../console')
const FILES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'console.css': 'text/css; charset=utf-8',
  'console.js': 'text/javascript; charset=utf-8',
  'api.js': 'text/javascript; charset=utf-8',
  'elements.js': 'text/javascript; charset=utf-8',
}
/** It loads nothing from elsewhere, runs nothing that is in its markup, and is in no other page's frame. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The console's files by their paths: a page that does what the API describes, with a token that whoever opens it brings. */
export function consoleFiles(): ReadonlyMap<string, ConsoleFile> {
  const files = Object.entries(FILES).map(([name, type]): [string, ConsoleFile] => [
    `/console/${name}`,
    {
      body: readFileSync(join(DIRECTORY, name)),
      headers: {
        'content-type': type,
        'cache-control': 'no-cache',
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      },
    },
  ])
  const paths = new Map(files)
  return paths.set('/console/', paths.get('/console/index.html')!)
}
