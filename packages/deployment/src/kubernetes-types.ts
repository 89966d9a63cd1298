import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Manifest } from './helm.ts'
import { ROOT } from './root.ts'

/** Which package knows the objects of a group; Kubernetes's own are in `kubernetes-models`. */
const PACKAGES: Readonly<Record<string, string>> = {
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator/',
  'keda.sh': '@kubernetes-models/keda/',
  'cert-manager.io': '@kubernetes-models/cert-manager/',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api/',
}

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
const options = [
  '--ignoreConfig',
  '--noEmit',
  '--strict',
  '--skipLibCheck',
  '--module',
  'nodenext',
  '--target',
  'esnext',
]

/**
 * What of these objects Kubernetes, or an operator, doesn't know or wouldn't take: keys, and types of values. TypeScript is asked, whose types
 * of the objects are made from their schemas: the schemas themselves let unknown keys pass.
 */
export async function typeErrors(manifests: readonly Manifest[]): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-manifests-'))
  try {
    await symlink(join(ROOT, 'packages/deployment/node_modules'), join(directory, 'node_modules'))
    const file = join(directory, 'manifests.ts')
    await writeFile(file, manifests.map(typed).join('\n'))
    const { promise, resolve } = Promise.withResolvers<string>()
    execFile(process.execPath, [tsc, ...options, file], { cwd: directory, maxBuffer: 2 ** 26 }, (_, out) =>
      resolve(out),
    )
    const found = (await promise).split('\n').filter((line) => line.includes('error TS'))
    return found.map((line) => explained(line, manifests))
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Two lines an object, so that the number of a line tells which. */
function typed({ apiVersion, kind, ...rest }: Manifest, index: number): string {
  const from = `${PACKAGES[apiVersion.split('/')[0] ?? ''] ?? 'kubernetes-models/'}${apiVersion}`
  const value = JSON.stringify({ apiVersion, kind, ...rest })
  return `import type { I${kind} as T${index} } from '${from}'\nexport const a${index}: T${index} = ${value}`
}

function explained(line: string, manifests: readonly Manifest[]): string {
  const at = Number(/\((\d+),/.exec(line)?.[1])
  const { kind, metadata } = manifests[Math.ceil(at / 2) - 1] ?? {}
  return `${kind} ${metadata?.name}: ${line.replace(/^.*error TS\d+: /, '')}`
}
