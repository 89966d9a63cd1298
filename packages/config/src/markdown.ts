import { domainVariable } from './environment.ts'
import { type Option, optionTable } from './options.ts'
import { effectOf } from './takes-effect.ts'

const introduction = `# Configuration

One YAML file, overridden by environment variables. Every option has a default that suits standalone mode; a key that is not
listed here is refused, and one message lists everything that is wrong, with its line.

- The file is named by \`--config\` or by \`HELIOGRAPH_CONFIG\`. Without either, \`heliograph.yaml\` in the working directory is read when it is there.
- An environment variable beats the file. Lists are separated by commas. \`NAME_FILE\` names a file that holds the value of \`NAME\`, for
  mounted secrets (one trailing line break is ignored).
- \`${domainVariable}\` sets the names of \`domains\`.
- \`heliographctl reload\`, or SIGHUP, has a process read all of it again ([operations](operations.md#changing-the-configuration)). What takes effect *at once*, or for the *next
  connection*, changes then; what needs a *restart* stays as it was at the start, and is named. A configuration with anything wrong is refused whole, and nothing changes.
- Relative paths are relative to the working directory.

This page is generated from the schema: \`node packages/config/src/bin/write-docs.ts\`.
`

/** `docs/configuration.md`. */
export function configurationMarkdown(): string {
  const { options, sections } = optionTable()
  const groups = Map.groupBy(options, (option) => (option.path.length === 1 ? '' : option.path[0]))
  const pages = [...groups].map(([group, members]) => {
    const title = group === '' ? '## General' : `## ${group}`
    const about = sections.get(group ?? '')
    const rows = members.map(row)
    return [title, '', ...(about === undefined ? [] : [about, '']), ...header, ...rows].join('\n')
  })
  return `${[introduction, ...pages].join('\n')}\n`.replace(/\n## /g, '\n\n## ').replace(/\n{3,}/g, '\n\n')
}

const header = ['| option | type | default | environment | takes effect | meaning |', '|---|---|---|---|---|---|']

function row(option: Option): string {
  const cells = [
    `\`${option.path.join('.')}\``,
    option.type,
    option.default === undefined ? '' : `\`${JSON.stringify(option.default).replace(/^"(.*)"$/, '$1')}\``,
    option.variable === undefined ? '' : `\`${option.variable}\``,
    moment(option),
    option.description,
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function moment({ path }: Option): string {
  const { when = 'restart', note } = effectOf(path) ?? {}
  return note === undefined ? when : `${when} (${note})`
}
