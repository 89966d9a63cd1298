/** The directions in which code may depend on code. Checked by `pnpm deps`. */
const OWN = '^(packages/[^/]+|services/[^/]+|bench)/'
const TEST = '([.](test|contract)[.]ts$)|(/test/)'

module.exports = {
  forbidden: [
    {
      name: 'packages-know-no-services',
      comment: 'A package is below every service.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^services/' },
    },
    {
      name: 'services-know-no-services',
      comment: 'What two services share is a package or a message in proto/. Only standalone composes them, and tests.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: '^services/(standalone/|[^/]+/test/)' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'no-deep-imports',
      comment: 'Of another package only what its index.ts exports.',
      severity: 'error',
      from: { path: OWN, pathNot: TEST },
      to: { path: '^(packages|services)/[^/]+/', pathNot: ['^$1/', '^(packages|services)/[^/]+/src/index[.]ts$'] },
    },
    {
      name: 'no-deep-imports-in-tests',
      comment: 'Tests may also run a contract that another package exports for the implementers of its port.',
      severity: 'error',
      from: { path: '^(packages/[^/]+|services/[^/]+|bench)/.*(([.](test|contract)[.]ts$)|(/test/))' },
      to: {
        path: '^(packages|services)/[^/]+/',
        pathNot: ['^$1/', '^(packages|services)/[^/]+/src/index[.]ts$', '^packages/[^/]+/src/[^/]+[.]contract[.]ts$'],
      },
    },
    {
      name: 'no-relative-way-out',
      comment: 'Other packages are imported by name, never by a relative path.',
      severity: 'error',
      from: { path: OWN },
      to: { path: '^(packages|services|bench)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-cycles',
      comment: 'Types may refer to each other; modules may not wait for each other.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'testkit-is-for-tests',
      comment: 'Nothing that runs in production needs test infrastructure.',
      severity: 'error',
      from: { path: OWN, pathNot: ['^packages/testkit/', '^bench/', TEST] },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'declared-dependencies',
      comment: 'A package declares what it imports.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-development-dependencies',
      comment: 'Code that is shipped imports nothing that is only there for development.',
      severity: 'error',
      from: { path: '^(packages|services|bench)/', pathNot: ['^packages/testkit/', TEST] },
      to: { dependencyTypes: ['npm-dev'], pathNot: '/@types/' },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'node_modules/[.]pnpm/.*/node_modules/.*/node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
