import { Button, PasswordInput, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/api/client";
import { queryClient } from "@/api/queryClient";
import { authStateQuery, meQuery, useMe } from "@/features/session/queries";
import { Panel } from "@/ui/Panel";
import { ProblemNotice } from "@/ui/States";
import s from "./settings.module.css";

export function ProfileSection() {
  return (
    <>
      <NameForm />
      <PasswordForm />
    </>
  );
}

function NameForm() {
  const me = useMe();
  const [name, setName] = useState(me.user.name);
  const save = useMutation({
    mutationFn: () => unwrap(api.PATCH("/api/v1/users/me", { body: { name: name.trim() } })),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
      notifications.show({ message: "Your name is saved." });
    },
  });
  return (
    <Panel title="Profile">
      <form
        className={s.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextInput label="E-mail" value={me.user.email} readOnly />
        <TextInput
          label="Name"
          required
          withAsterisk={false}
          autoComplete="name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {save.error && <ProblemNotice error={save.error} />}
        <div>
          <Button
            type="submit"
            loading={save.isPending}
            disabled={name.trim() === "" || name === me.user.name}
          >
            Save
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function PasswordForm() {
  const state = useQuery(authStateQuery);
  const least = state.data?.min_password_length ?? 12;
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const change = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/users/me/password", { body: { current: current || null, new: next } })),
    onSuccess: () => {
      setCurrent("");
      setNext("");
      setAgain("");
      notifications.show({ message: "Your password is changed. Other devices have been signed out." });
    },
  });
  const short = next.length > 0 && next.length < least;
  const differs = again.length > 0 && again !== next;
  return (
    <Panel title="Password">
      <form
        className={s.form}
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <PasswordInput
          label="Present password"
          description="Leave it empty if you came by a link and have none yet."
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          label="New password"
          description={`At least ${least} characters; a few words are best.`}
          autoComplete="new-password"
          error={short ? `${least - next.length} more characters` : undefined}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        <PasswordInput
          label="New password again"
          autoComplete="new-password"
          error={differs ? "The two differ." : undefined}
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
        />
        {change.error && <ProblemNotice error={change.error} />}
        <div>
          <Button type="submit" loading={change.isPending} disabled={next.length < least || again !== next}>
            Change the password
          </Button>
        </div>
      </form>
    </Panel>
  );
}
