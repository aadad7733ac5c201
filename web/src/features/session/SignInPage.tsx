import { Button, PasswordInput, TextInput } from "@mantine/core";
import { IconArrowRight, IconTerminal2 } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Notice, ProblemNotice } from "@/ui/States";
import { authStateQuery, signIn } from "./queries";
import { SessionFrame } from "./SessionFrame";
import s from "./session.module.css";

export function SignInPage() {
  const navigate = useNavigate();
  const { next } = useSearch({ from: "/sign-in" });
  const state = useQuery(authStateQuery);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const attempt = useMutation({
    mutationFn: () => signIn(email.trim(), password),
    onSuccess: () => navigate({ href: next ?? "/" }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate();
  };
  return (
    <SessionFrame title="Sign in" says="Know where the money goes, and why.">
      {state.data?.needs_setup && (
        <Notice tone="info" title="Nobody has an account yet">
          Open the set-up link that was printed in the terminal when the product started. It makes you the
          first administrator.
        </Notice>
      )}
      <form className={s.form} onSubmit={submit}>
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {attempt.error && <ProblemNotice error={attempt.error} />}
        <Button type="submit" size="sm" fullWidth loading={attempt.isPending}>
          Sign in
        </Button>
      </form>
      {state.data?.demo_available && <DemoHint />}
      {state.error && <ProblemNotice error={state.error} />}
    </SessionFrame>
  );
}

function DemoHint() {
  const [shown, setShown] = useState(false);
  return (
    <div className={s.demo}>
      <div className={s.or}>
        <span>or</span>
      </div>
      <Button
        variant="default"
        size="sm"
        fullWidth
        rightSection={<IconArrowRight size={16} />}
        aria-expanded={shown}
        onClick={() => setShown((value) => !value)}
      >
        Explore the demo
      </Button>
      {shown && (
        <div className={s.terminal}>
          <IconTerminal2 size={18} aria-hidden="true" />
          <div>
            <p>
              Open the demo link printed in the terminal, or print a fresh one there. It signs you in to a
              simulated company; no password is needed.
            </p>
            <code>cco demo</code>
          </div>
        </div>
      )}
    </div>
  );
}
