// All that the window shows first, in one message: the shell and Today take its parts for the answers to questions of their own.
import { ahead } from "$lib/ahead";
import { api, part, type CommandError, type FirstScreen, type Result } from "$lib/api";
import { shell } from "$lib/shell.svelte";

/** Asks for it. Settles when it is there, or refused; a part that was refused is told where it is shown, and asked again there. */
export async function first(): Promise<void> {
  const screen = api.firstScreen();
  const of = async <T>(choose: (all: FirstScreen) => Result<T, CommandError>) => part(choose(await screen));
  await Promise.all([
    shell.refresh({
      session: () => of((all) => all.session),
      serverStatus: () => of((all) => all.server),
      statusBrief: () => of((all) => all.status),
    }),
    ahead(api.today, of((all) => all.today)),
    ahead(api.underWay, of((all) => all.underWay)),
  ]);
}
