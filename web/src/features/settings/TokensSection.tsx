import { Button, Modal, Select, Skeleton, TextInput } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/api/client";
import { queryClient } from "@/api/queryClient";
import type { ApiToken, Role } from "@/api/types";
import { useMe } from "@/features/session/queries";
import { Copy } from "@/ui/Copy";
import { ago, longDay } from "@/ui/dates";
import { Panel } from "@/ui/Panel";
import { EmptyState, ErrorState, Notice, Pill, ProblemNotice } from "@/ui/States";
import { ROLE_OPTIONS, ROLE_SAYS, tokensQuery } from "./queries";
import s from "./settings.module.css";

const RANK: Record<Role, number> = { viewer: 0, analyst: 1, admin: 2 };
const refreshTokens = () => void queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey });

export function TokensSection() {
  const tokens = useQuery(tokensQuery);
  const me = useMe();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiToken | null>(null);
  return (
    <Panel
      title="API tokens"
      note="for scripts and pipelines"
      actions={
        <Button leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>
          New token
        </Button>
      }
    >
      {tokens.error ? (
        <ErrorState small error={tokens.error} retry={() => void tokens.refetch()} />
      ) : !tokens.data ? (
        <Skeleton h={96} />
      ) : tokens.data.tokens.length === 0 ? (
        <EmptyState small icon={<IconKey size={20} />} title="No token yet">
          A token lets a script read costs or upload bills in your name, with at most your role.
        </EmptyState>
      ) : (
        <ul className={s.rows}>
          {tokens.data.tokens.map((token) => (
            <li key={token.id} className={s.row}>
              <div className={s.rowText}>
                <div className={s.rowName}>
                  {token.name} <Pill>{ROLE_SAYS[token.role].label}</Pill>
                </div>
                <div className={s.rowSays}>
                  <span className="mono">{token.prefix}…</span>
                  {token.owner.id !== me.user.id && ` · of ${token.owner.name || token.owner.email}`}
                  {` · ${token.last_used_at ? `used ${ago(token.last_used_at)}` : "never used"}`}
                  {` · ${token.expires_at ? `until ${longDay(token.expires_at)}` : "until revoked"}`}
                </div>
              </div>
              <Button variant="default" onClick={() => setRevoking(token)}>
                Revoke
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Modal opened={making} onClose={() => setMaking(false)} title="New API token">
        {making && <NewToken onClose={() => setMaking(false)} />}
      </Modal>
      <Modal opened={revoking !== null} onClose={() => setRevoking(null)} title="Revoke this token?">
        {revoking && <Revoke token={revoking} onClose={() => setRevoking(null)} />}
      </Modal>
    </Panel>
  );
}

function NewToken({ onClose }: { readonly onClose: () => void }) {
  const me = useMe();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState("90");
  const make = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/tokens", {
          body: { name: name.trim(), role, expires_in_days: days ? Number(days) : null },
        }),
      ),
    onSuccess: refreshTokens,
  });
  if (make.data) {
    return (
      <div className={s.form}>
        <Notice tone="warn" title="Copy it now">
          It is shown only this once; only its fingerprint is kept.
        </Notice>
        <div className={s.secret}>
          <code>{make.data.secret}</code>
          <Copy value={make.data.secret} label="Copy the token" />
        </div>
        <div className={s.formActions}>
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    );
  }
  return (
    <form
      className={s.form}
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <TextInput
        label="What it is for"
        placeholder="nightly export"
        required
        withAsterisk={false}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label="Role"
        description={ROLE_SAYS[role].says}
        value={role}
        data={ROLE_OPTIONS.filter((option) => RANK[option.value] <= RANK[me.role])}
        onChange={(value) => setRole((value ?? "viewer") as Role)}
      />
      <Select
        label="Valid"
        value={days}
        data={[
          { value: "7", label: "7 days" },
          { value: "30", label: "30 days" },
          { value: "90", label: "90 days" },
          { value: "365", label: "a year" },
          { value: "", label: "until revoked" },
        ]}
        onChange={(value) => setDays(value ?? "")}
      />
      {make.error && <ProblemNotice error={make.error} />}
      <div className={s.formActions}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={name.trim() === ""} loading={make.isPending}>
          Make the token
        </Button>
      </div>
    </form>
  );
}

function Revoke({ token, onClose }: { readonly token: ApiToken; readonly onClose: () => void }) {
  const revoke = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id: token.id } } })),
    onSuccess: () => {
      refreshTokens();
      onClose();
    },
  });
  return (
    <div className={s.form}>
      <p>
        Whatever uses <strong>{token.name}</strong> (<span className="mono">{token.prefix}…</span>) is refused
        from now on. This can't be undone; a new token can be made.
      </p>
      {revoke.error && <ProblemNotice error={revoke.error} />}
      <div className={s.formActions}>
        <Button variant="default" onClick={onClose}>
          Keep it
        </Button>
        <Button color="red.8" loading={revoke.isPending} onClick={() => revoke.mutate()}>
          Revoke
        </Button>
      </div>
    </div>
  );
}
