import module from "node:module";

/**
 * Node asks for the package.json of each module that it resolves, and turns it into text anew each time. That of drizzle-orm
 * has 180 kB and its modules are resolved 490 times: a third of the processor time in which a command starts. Its own imports
 * name files beside them, so nothing needs to be asked for these; a name by which others import it is resolved once.
 */
const known = new Map();

module.registerHooks({
  resolve(specifier, context, next) {
    if (!context.conditions.includes("import")) return next(specifier, context);
    if (/^\..*\.js$/.test(specifier) && context.parentURL?.includes("/node_modules/drizzle-orm/"))
      return { url: new URL(specifier, context.parentURL).href, format: "module", shortCircuit: true };
    if (!/^drizzle-orm(\/|$)/.test(specifier)) return next(specifier, context);
    if (!known.has(specifier)) known.set(specifier, next(specifier, context));
    return { ...known.get(specifier), shortCircuit: true };
  },
});
