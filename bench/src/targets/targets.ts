import type { BenchOptions } from '../options.ts'
import { EjabberdTarget } from './ejabberd.ts'
import { ExternalTarget } from './external.ts'
import { ClusterTarget } from './heliograph-cluster.ts'
import { StandaloneTarget } from './heliograph-standalone.ts'
import { ProsodyTarget } from './prosody.ts'
import type { Target } from './target.ts'
import type { Workspace } from './workspace.ts'

/** The target of a name; throws when there is none or it lacks an option. */
export function targetOf(name: string, workspace: Workspace, options: BenchOptions): Target {
  const { mayInstall, externalFile, instances } = options
  const everything = name.endsWith('-all')
  const runtime = { jemalloc: options.jemalloc, profileDirectory: options.profileDirectory, everything }
  switch (name) {
    case 'ejabberd':
    case 'ejabberd-tuned':
      return new EjabberdTarget(workspace, { tuned: name.endsWith('-tuned'), mayInstall })
    case 'prosody':
    case 'prosody-tuned':
      return new ProsodyTarget(workspace, { tuned: name.endsWith('-tuned'), mayInstall })
    case 'external':
      if (externalFile === undefined) throw new Error('the target external needs --external FILE')
      return new ExternalTarget(externalFile)
    case 'standalone':
    case 'standalone-all':
      return new StandaloneTarget(workspace, runtime)
    case 'cluster':
    case 'cluster-all':
      return new ClusterTarget(workspace, runtime, instances)
    default:
      throw new Error(`no target ${name}`)
  }
}
