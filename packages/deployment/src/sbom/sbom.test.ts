import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { ROOT } from '../root.ts'
import { type Bom, complete } from './complete.ts'

const run = promisify(execFile)
const dockerfile = readFileSync(`${ROOT}Dockerfile`, 'utf8')
const STATUS = `Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.41-12+deb13u1
Description: GNU C Library
 Package: not this

Package: gone
Status: deinstall ok config-files
Version: 1

Package: libstdc++6
Status: install ok installed
Architecture: amd64
Version: 1:14.2.0~rc1
`
const RELEASE = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_ID="13"\nID=debian\n'

interface Lock {
  readonly importers: Readonly<
    Record<string, { readonly dependencies?: Readonly<Record<string, { version: string }>> }>
  >
  readonly snapshots: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>
}

/** The packages of npm that the image's services and heliographctl run on, by the lock file. */
function locked(): string[] {
  const { importers, snapshots } = parse(readFileSync(`${ROOT}pnpm-lock.yaml`, 'utf8')) as Lock
  const found = new Set<string>()
  const seen = new Set<string>()
  const snapshot = (key: string): void => {
    if (seen.has(key)) return
    seen.add(key)
    found.add(key.replace(/\(.*$/, ''))
    for (const [name, version] of Object.entries(snapshots[key]?.dependencies ?? {}))
      snapshot(version in snapshots ? version : `${name}@${version}`)
  }
  const importer = (path: string): void => {
    if (seen.has(path)) return
    seen.add(path)
    for (const [name, { version }] of Object.entries(importers[path]?.dependencies ?? {}))
      if (!version.startsWith('link:')) snapshot(`${name}@${version}`)
      else importer(join(path, version.slice('link:'.length)))
  }
  for (const path of Object.keys(importers))
    if (path.startsWith('services/') || path === 'packages/heliographctl') importer(path)
  return [...found].filter((each) => !each.startsWith('@types/')).sort()
}

test('the bill of materials has each package of the lock file that the image runs on, no other, Node and the system', async () => {
  const [, options = ''] = /"pnpm@\$\{PNPM\}" sbom((?:[^&]|\\\n)*?)--out \S+/.exec(dockerfile) ?? []
  const given = options
    .replaceAll(/[\\\n']/g, ' ')
    .split(' ')
    .filter((each) => each !== '')
  assert.ok(given.includes('--prod'))
  const directory = mkdtempSync(join(tmpdir(), 'heliograph-sbom-'))
  try {
    const files = ['npm.json', 'status', 'os-release'].map((name) => join(directory, name))
    await run('npx', ['-y', 'pnpm@12', 'sbom', ...given, '--out', files[0]!], { cwd: ROOT })
    writeFileSync(files[1]!, STATUS)
    writeFileSync(files[2]!, RELEASE)
    const main = fileURLToPath(new URL('main.ts', import.meta.url))
    const { stdout } = await run(process.execPath, [main, ...files], { maxBuffer: 64 * 1_048_576 })
    const bom = JSON.parse(stdout) as Bom
    assert.equal(bom.bomFormat, 'CycloneDX')
    const purls = bom.components.map(({ purl = '' }) => decodeURIComponent(purl))
    const npm = purls.filter((purl) => purl.startsWith('pkg:npm/')).map((purl) => purl.slice('pkg:npm/'.length))
    assert.deepEqual(npm.filter((each) => !each.startsWith('@heliograph/')).sort(), locked())
    assert.ok(purls.includes(`pkg:generic/node@${process.versions.node}`))
    assert.deepEqual(
      bom.components.filter(({ purl }) => purl?.startsWith('pkg:deb/')).map(({ purl }) => purl),
      [
        'pkg:deb/debian/libc6@2.41-12%2Bdeb13u1?arch=amd64&distro=debian-13',
        'pkg:deb/debian/libstdc%2B%2B6@1%3A14.2.0~rc1?arch=amd64&distro=debian-13',
      ],
    )
    const refs = new Set(bom.components.map((component) => component['bom-ref']))
    assert.equal(refs.size, bom.components.length)
    for (const { ref, dependsOn = [] } of bom.dependencies)
      for (const each of [ref, ...dependsOn]) assert.ok(refs.has(each) || each.startsWith('pkg:npm/heliograph@'), each)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('what the image is built without is not in its bill of materials', () => {
  const component = (purl: string) => ({ type: 'library', name: 'some', purl, 'bom-ref': purl })
  const types = 'pkg:npm/%40types/node@24.10.1'
  const ours = 'pkg:npm/%40heliograph/jid@0.1.0'
  const pages = 'pkg:npm/%40heliograph/documentation@0.1.0'
  const made = complete(
    {
      components: [types, ours, pages].map(component),
      dependencies: [{ ref: ours, dependsOn: [types] }, { ref: pages }],
    },
    { node: '24.0.0', packages: '', release: '' },
  )
  assert.deepEqual(
    made.components.map(({ purl }) => purl),
    [ours, 'pkg:generic/node@24.0.0'],
  )
  assert.deepEqual(made.dependencies, [{ ref: ours, dependsOn: [] }])
})

test('the image has it where its label says', () => {
  const [, path = ''] = /heliograph\.sbom="(\S+)"/.exec(dockerfile) ?? []
  assert.match(path, /\.cdx\.json$/)
  assert.ok(dockerfile.includes(`COPY --from=sbom /sbom.json ${path}`))
})
