// Starting an invitation from anywhere: with a validated address at once, else the validation, or a new one, comes first.
import { api, ApiError, type Subscriber } from "$lib/api";
import { refusal } from "$lib/errors";
import { words } from "$lib/i18n.svelte";
import { go } from "$lib/router.svelte";
import { toast } from "$lib/toast.svelte";

/** The address whose validation is to be recorded; the person's page asks for it. */
class Wish {
  mail = $state<string | null>(null);
  /** The invitation that waited for it follows. */
  invite = $state(false);

  validate(mail: string | null, { invite }: { invite: boolean }): void {
    this.mail = mail;
    this.invite = invite;
  }
}
export const wish = new Wish();

/** Invites, and shows the QR code. */
export async function inviteSubscriber(person: Subscriber): Promise<void> {
  const mailbox = person.mailboxes.find((m) => m.validated) ?? person.mailboxes[0];
  if (!mailbox) return go("people", person.id);
  try {
    const made = await api.invite(mailbox.address, "show");
    go("enrollments", made.enrollment, "invite");
  } catch (thrown) {
    const error = ApiError.from(thrown);
    go("people", person.id);
    if (error.code === "mailboxNotValidated" || error.code === "mailboxValidationEnded") wish.validate(mailbox.address, { invite: true });
    else toast.say(refusal(error, words.t).title);
  }
}
