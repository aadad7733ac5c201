import { Button, PasswordInput, Skeleton, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useRouterState } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { api, unwrap } from "@/api/client";
import type { LinkFacts } from "@/api/types";
import { ErrorState, ProblemNotice } from "@/ui/States";
import { authStateQuery, followLink } from "./queries";
import { SessionFrame } from "./SessionFrame";
import s from "./session.module.css";

/** The token stands behind the `#`, so that it never reaches a server's log. */
export function LinkPage() {
  const token = useRouterState({ select: (state) => state.location.hash });
  return <LinkFor key={token} token={token} />;
}

function LinkFor({ token }: { readonly token: string }) {
  const facts = useQuery({
    queryKey: ["link-facts", token],
    queryFn: () => unwrap(api.POST("/api/v1/auth/link/look", { body: { token } })),
    enabled: token !== "",
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!token || facts.error) {
    return (
      <SessionFrame title="This link does not work">
        {facts.error ? (
          <ErrorState small error={facts.error} />
        ) : (
          <p className="muted">The link is incomplete. Copy all of it, also what follows the “#”.</p>
        )}
        <Button component={Link} to="/sign-in" variant="default" size="sm" fullWidth>
          Go to sign-in
        </Button>
      </SessionFrame>
    );
  }
  if (!facts.data) {
    return (
      <SessionFrame title="One moment">
        <div className={s.form} aria-busy="true">
          <Skeleton h={36} />
          <Skeleton h={36} />
        </div>
      </SessionFrame>
    );
  }
  return facts.data.needs_details ? (
    <DetailsForm token={token} facts={facts.data} />
  ) : (
    <Enter token={token} facts={facts.data} />
  );
}

/** A link that needs nothing more: in at once. */
function Enter({ token, facts }: { readonly token: string; readonly facts: LinkFacts }) {
  const navigate = useNavigate();
  const enter = useMutation({
    mutationKey: ["follow-link", token],
    mutationFn: () => followLink({ token }),
    onSuccess: () => navigate({ to: "/", replace: true }),
  });
  const { mutate } = enter;
  useEffect(() => mutate(), [mutate]);
  return (
    <SessionFrame title={facts.kind === "demo" ? "Opening the demo" : "Signing you in"}>
      {enter.error ? (
        <ErrorState small error={enter.error} retry={() => mutate()} />
      ) : (
        <p className="muted" aria-busy="true">
          {facts.kind === "demo"
            ? `${facts.org_name} is a simulated company on AWS, Azure and Google Cloud.`
            : `You are going to ${facts.org_name}.`}
        </p>
      )}
    </SessionFrame>
  );
}

function DetailsForm({ token, facts }: { readonly token: string; readonly facts: LinkFacts }) {
  const navigate = useNavigate();
  const state = useQuery(authStateQuery);
  const [email, setEmail] = useState(facts.email ?? "");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const least = state.data?.min_password_length ?? 12;
  const short = password.length > 0 && password.length < least;
  const differs = again.length > 0 && again !== password;
  const setup = facts.kind === "setup";
  const create = useMutation({
    mutationFn: () =>
      followLink({ token, name: name.trim(), password, ...(setup ? { email: email.trim() } : {}) }),
    onSuccess: () => navigate({ to: "/", replace: true }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (password.length >= least && again === password) create.mutate();
  };
  return (
    <SessionFrame
      title={setup ? "Set up your account" : `Join ${facts.org_name}`}
      says={
        setup
          ? "You are the first here, and become the administrator."
          : `You were invited as ${facts.role}. Choose a password to go on.`
      }
    >
      <form className={s.form} onSubmit={submit}>
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          readOnly={!setup}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <TextInput
          label="Name"
          autoComplete="name"
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          description={`At least ${least} characters; a few words are best.`}
          autoComplete="new-password"
          required
          withAsterisk={false}
          error={short ? `${least - password.length} more characters` : undefined}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password again"
          autoComplete="new-password"
          required
          withAsterisk={false}
          error={differs ? "The two differ." : undefined}
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
        />
        {create.error && <ProblemNotice error={create.error} />}
        <Button type="submit" size="sm" fullWidth loading={create.isPending}>
          {setup ? "Create the account" : "Join"}
        </Button>
      </form>
    </SessionFrame>
  );
}
