import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { domainToASCII } from 'node:url'
import type { z } from 'zod'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { applyEnvironment, type Environment } from './environment.ts'
import type { HeliographConfig } from './heliograph-config.ts'
import { readPasswordFiles } from './password-files.ts'
import { isRecord, type RawConfig } from './raw.ts'
import { type ParsedConfig, schema } from './schema/schema.ts'
import { strangeAdminApi } from './strange-admin-api.ts'
import { strangeComponents } from './strange-components.ts'
import { strangeDelegations } from './strange-delegations.ts'
import { strangeEvents } from './strange-events.ts'
import { strangeFederation } from './strange-federation.ts'
import { readYamlFile } from './yaml-file.ts'

export interface ConfigSources {
  /** YAML file; see `findConfigFile`. Default none. */
  readonly file?: string | undefined
  readonly env: Environment
  /** The mode when neither file nor environment says one. Default standalone. */
  readonly mode?: HeliographConfig['mode']
}

/**
 * Reads the YAML file, lays the environment over it and checks the whole. The result is deeply frozen and complete:
 * every default is filled in.
 *
 * @throws ConfigError whose message lists everything wrong.
 */
export function loadConfig({ file, env, mode }: ConfigSources): HeliographConfig {
  const yaml = file === undefined ? undefined : readYamlFile(file)
  const raw: RawConfig = yaml?.raw ?? {}
  const { origins, problems: fromEnvironment } = applyEnvironment(raw, env)
  if (mode !== undefined) raw.mode ??= mode
  const where = (path: readonly PropertyKey[]): string | undefined =>
    origins.get(path.join('.')) ?? yaml?.position(path)
  const fromFiles = readPasswordFiles(raw, env).map((problem) => ({
    ...problem,
    where: where(problem.option.split('.')),
  }))
  const parsed = schema.safeParse(raw)
  const problems = [
    ...fromEnvironment,
    ...fromFiles,
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, where))),
    ...missingInCluster(raw),
    ...(parsed.success ? strangeAccounts(parsed.data, where) : []),
    ...(parsed.success ? strangeUploads(parsed.data, where) : []),
    ...(parsed.success ? strangeBearer(parsed.data, where) : []),
    ...(parsed.success ? strangeComponents(parsed.data, where) : []),
    ...(parsed.success ? strangeDelegations(parsed.data, where) : []),
    ...(parsed.success ? strangeFederation(parsed.data, where) : []),
    ...(parsed.success ? strangeAdminApi(parsed.data, where) : []),
    ...(parsed.success ? strangeEvents(parsed.data, where) : []),
  ]
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)
  const { registration, instance, uploads, ...rest } = parsed.data
  // YAML and the environment have no `undefined`, so an option that wasn't given is absent.
  return deepFreeze({
    ...rest,
    instance: `${instance ?? hostPrefix()}-${randomBytes(4).toString('hex')}`,
    registration: { ...registration, open: registration.open ?? (rest.mode === 'standalone' ? 'loopback' : 'never') },
    uploads: { ...uploads, store: storeOf(rest.mode, uploads) },
  } as HeliographConfig)
}

function problemsOf(
  issue: z.core.$ZodIssue,
  where: (path: readonly PropertyKey[]) => string | undefined,
): ConfigProblem[] {
  const option = issue.path.join('.')
  if (issue.code !== 'unrecognized_keys') return [{ option, message: issue.message, where: where(issue.path) }]
  return issue.keys.map((key) => {
    const path = [...issue.path, key]
    return { option: path.join('.'), message: 'there is no such option', where: where(path) }
  })
}

/** What a cluster can't do without, checked beside the schema so that it is told together with everything else. */
function missingInCluster(raw: RawConfig): ConfigProblem[] {
  if (raw.mode !== 'cluster') return []
  const needed = [
    ['nats', 'servers', 'HELIOGRAPH_NATS_SERVERS'],
    ['redis', 'url', 'HELIOGRAPH_REDIS_URL'],
  ] as const
  return needed.flatMap(([section, key, variable]) => {
    const given = raw[section]
    const value = isRecord(given) ? given[key] : undefined
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) return []
    return [{ option: `${section}.${key}`, message: `is required in cluster mode (or set ${variable})` }]
  })
}

/** What is wrong with a domain whose users are to have accounts; undefined where nothing is. */
function notForAccounts(domains: ParsedConfig['domains'], name: string): string | undefined {
  const served = domains.find((domain) => domainToASCII(domain.name) === domainToASCII(name))
  if (served === undefined) return `${name} is not among the domains`
  return served.anonymous === undefined ? undefined : `users of ${name} have no accounts`
}

/** Accounts of a domain that can't have them: nobody could ever use them. */
function strangeAccounts(
  { accounts, domains }: ParsedConfig,
  where: (path: readonly PropertyKey[]) => string | undefined,
): ConfigProblem[] {
  return accounts.flatMap(({ jid }, at) => {
    const message = notForAccounts(domains, jid.slice(jid.indexOf('@') + 1))
    if (message === undefined) return []
    return [{ option: `accounts.${at}.jid`, message, where: where(['accounts', at, 'jid']) }]
  })
}

/** The same for tokens. */
function strangeBearer(
  { authentication: { bearer }, domains }: ParsedConfig,
  where: (path: readonly PropertyKey[]) => string | undefined,
): ConfigProblem[] {
  const message = bearer && notForAccounts(domains, bearer.domain)
  if (message === undefined) return []
  const path = ['authentication', 'bearer', 'domain']
  return [{ option: path.join('.'), message, where: where(path) }]
}

/** A standalone server keeps files itself; a cluster has to be told where. */
function storeOf(mode: ParsedConfig['mode'], { store }: ParsedConfig['uploads']): 'none' | 'directory' | 's3' {
  return store ?? (mode === 'standalone' ? 'directory' : 'none')
}

/** What a store can't do without. */
function strangeUploads(
  { mode, uploads }: ParsedConfig,
  where: (path: readonly PropertyKey[]) => string | undefined,
): ConfigProblem[] {
  const store = storeOf(mode, uploads)
  const problem = (key: string, message: string) => ({
    option: `uploads.${key}`,
    message,
    where: where(['uploads', key]),
  })
  const problems: ConfigProblem[] = []
  if (store === 's3' && uploads.s3 === undefined) problems.push(problem('s3', 'is required for this store'))
  if (mode === 'cluster' && store !== 'none' && uploads.secret === undefined)
    problems.push(problem('secret', 'is required in a cluster: all instances sign with the same'))
  if (mode === 'cluster' && store === 'directory' && (uploads.directory === undefined || !uploads.directoryShared))
    problems.push(problem('directory', 'must be one that all instances share, and `directoryShared` say so'))
  return problems
}

/** First label of the host name, in the form an instance id has. */
function hostPrefix(): string {
  const label = hostname()
    .split('.')[0]
    ?.toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+/, '')
  return label === undefined || label === '' ? 'host' : label
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}
