/** A component of CycloneDX, as far as it is looked at. */
export interface Component {
  readonly type: string
  readonly name: string
  readonly group?: string
  readonly version?: string
  readonly purl?: string
  readonly 'bom-ref': string
  readonly [key: string]: unknown
}

/** A bill of materials in CycloneDX's JSON. */
export interface Bom {
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[]
  readonly [key: string]: unknown
}

/** What the base image and its package manager say of themselves. */
export interface System {
  /** As `process.versions.node`. */
  readonly node: string
  /** Debian's `/var/lib/dpkg/status`. */
  readonly packages: string
  /** `/usr/lib/os-release`. */
  readonly release: string
}

/** Types, and packages of ours that are only for the work on it: the image is built without them. */
const LEFT_OUT = /^pkg:npm\/%40(types\/|heliograph\/(documentation|deployment|testkit)@)/

/** The bill of materials of the image: what pnpm lists, without what the image doesn't have, with Node and the packages of the system. */
export function complete(npm: Bom, system: System): Bom {
  const kept = (ref: string): boolean => !LEFT_OUT.test(ref)
  const components = npm.components.filter((component) => kept(component['bom-ref']))
  const dependencies = npm.dependencies
    .filter(({ ref }) => kept(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(kept) }))
  return { ...npm, components: [...components, nodeOf(system.node), ...debianOf(system)], dependencies }
}

function nodeOf(version: string): Component {
  const purl = `pkg:generic/node@${version}`
  const cpe = `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`
  return { type: 'platform', name: 'node', version, purl, 'bom-ref': purl, cpe }
}

function debianOf({ packages, release }: System): Component[] {
  const about = fieldsOf(release, '=')
  const id = about.ID ?? 'debian'
  const distro = `${id}-${about.VERSION_ID ?? ''}`
  return packages
    .split(/\n{2,}/)
    .map((paragraph) => fieldsOf(paragraph, ': '))
    .filter(({ Status }) => Status?.endsWith(' installed'))
    .map(({ Package: name = '', Version: version = '', Architecture: arch = '' }) => {
      const purl = `pkg:deb/${id}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${arch}&distro=${distro}`
      return { type: 'library', name, version, purl, 'bom-ref': purl }
    })
}

/** Lines `name`, separator, value; what continues a value is left out. */
function fieldsOf(text: string, separator: string): Readonly<Record<string, string | undefined>> {
  const lines = text.split('\n').filter((line) => /^\w/.test(line) && line.includes(separator))
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(separator)
      return [line.slice(0, at), line.slice(at + separator.length).replace(/^"(.*)"$/, '$1')]
    }),
  )
}
