import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { OperatorError } from '@heliograph/telemetry'
import { exitOf, spawnChild } from '../child.ts'

const JAR = /-jar-with-dependencies\.jar$/
const PROCESSORS = 'org.igniterealtime.smack.inttest.util.JUnitXmlTestRunResultProcessor'
const DEBUGGER = 'org.igniterealtime.smack.inttest.util.ModifiedStandardSinttestDebuggerMetaFactory'

/** @throws OperatorError: what is missing, and what would help */
export async function findJar(path: string, say: (line: string) => void): Promise<string> {
  if (JAR.test(path)) return path
  if (!existsSync(join(path, 'pom.xml'))) throw new OperatorError(`${path} is neither the suite's jar nor its source`)
  if (!jarIn(path)) {
    say('building the suite with Maven')
    const code = await run('mvn', ['-q', '-B', '-DskipTests', 'package'], path, say)
    if (code !== 0) throw new OperatorError('Maven (mvn, with a JDK of at least 11) could not build the suite')
  }
  const jar = jarIn(path)
  if (!jar) throw new OperatorError(`Maven left no jar with dependencies in ${join(path, 'target')}`)
  return jar
}

export interface SuiteRun {
  readonly jar: string
  readonly host: string
  readonly domain: string
  readonly admin: { readonly username: string; readonly password: string }
  /** Where it leaves its results, and the stanzas of each test. */
  readonly directory: string
  /** Tests to run, as the suite takes them; default all. */
  readonly only?: string | undefined
  readonly say: (line: string) => void
}

/** Runs the suite to its end. @throws OperatorError when Java isn't there, or it ends without results */
export async function runSuite({ jar, host, domain, admin, directory, only, say }: SuiteRun): Promise<string> {
  const properties = {
    'sinttest.service': domain,
    'sinttest.host': host,
    'sinttest.securityMode': 'required',
    'sinttest.acceptAllCertificates': 'true',
    'sinttest.replyTimeout': '5000',
    'sinttest.adminAccountUsername': admin.username,
    'sinttest.adminAccountPassword': admin.password,
    'sinttest.enabledConnections': 'tcp',
    'sinttest.dnsResolver': 'javax',
    'sinttest.testRunResultProcessors': PROCESSORS,
    'sinttest.debugger': DEBUGGER,
    logDir: directory,
    ...(only && { 'sinttest.enabledTests': only }),
  }
  const options = Object.entries(properties).map(([name, value]) => `-D${name}=${value}`)
  await run('java', [...options, '-jar', jar], directory, say)
  const results = join(directory, 'test-results.xml')
  if (!existsSync(results)) throw new OperatorError('the suite (java -jar, at least Java 11) ended without results')
  return results
}

function jarIn(path: string): string | undefined {
  const target = join(path, 'target')
  const name = existsSync(target) ? readdirSync(target).find((file) => JAR.test(file)) : undefined
  return name && join(target, name)
}

async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  say: (line: string) => void,
): Promise<number | null> {
  const child = spawnChild(command, args, { cwd })
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => say(text.trimEnd()))
  return exitOf(child)
}
