import { ActionIcon, Button, Menu, Modal, Select, Skeleton, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDots, IconLink, IconUserOff, IconUserPlus, IconUserUp } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/api/client";
import { toProblem } from "@/api/problem";
import { queryClient } from "@/api/queryClient";
import type { Invite, Member, Role } from "@/api/types";
import { useMe } from "@/features/session/queries";
import { Copy } from "@/ui/Copy";
import { ago, longDay } from "@/ui/dates";
import { Panel } from "@/ui/Panel";
import { ErrorState, Notice, Pill, ProblemNotice } from "@/ui/States";
import { membersQuery, ROLE_OPTIONS, ROLE_SAYS } from "./queries";
import s from "./settings.module.css";

const refreshMembers = () => void queryClient.invalidateQueries({ queryKey: membersQuery.queryKey });
const failed = (error: unknown) => {
  const problem = toProblem(error);
  notifications.show({ color: "red", title: problem.detail, message: problem.remedy });
};

export function PeopleSection() {
  const me = useMe();
  const members = useQuery(membersQuery);
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<string | null>(null);
  return (
    <>
      <Panel
        title="People"
        note={`of ${me.org.name}`}
        actions={
          <Button leftSection={<IconUserPlus size={15} />} onClick={() => setInviting(true)}>
            Invite
          </Button>
        }
      >
        {members.error ? (
          <ErrorState small error={members.error} retry={() => void members.refetch()} />
        ) : !members.data ? (
          <Skeleton h={120} />
        ) : (
          <ul className={s.rows}>
            {members.data.members.map((member) => (
              <MemberRow
                key={member.user.id}
                member={member}
                self={member.user.id === me.user.id}
                onLink={setLink}
              />
            ))}
          </ul>
        )}
      </Panel>
      {members.data && members.data.invites.length > 0 && (
        <Panel title="Invited, not here yet">
          <ul className={s.rows}>
            {members.data.invites.map((invite) => (
              <InviteRow key={invite.id} invite={invite} />
            ))}
          </ul>
        </Panel>
      )}
      <Modal opened={inviting} onClose={() => setInviting(false)} title="Invite somebody">
        {inviting && <InviteForm onClose={() => setInviting(false)} />}
      </Modal>
      <Modal opened={link !== null} onClose={() => setLink(null)} title="One-time link">
        {link && <OneTimeLink link={link} onClose={() => setLink(null)} />}
      </Modal>
    </>
  );
}

function OneTimeLink({ link, onClose }: { readonly link: string; readonly onClose: () => void }) {
  return (
    <div className={s.form}>
      <Notice tone="info" title="Hand this link over">
        It works once, and it is shown only now. Whoever opens it chooses a password.
      </Notice>
      <div className={s.secret}>
        <code>{link}</code>
        <Copy value={link} label="Copy the link" />
      </div>
      <div className={s.formActions}>
        <Button onClick={onClose}>Done</Button>
      </div>
    </div>
  );
}

function MemberRow({
  member,
  self,
  onLink,
}: {
  readonly member: Member;
  readonly self: boolean;
  readonly onLink: (link: string) => void;
}) {
  const path = { user_id: member.user.id };
  const change = useMutation({
    mutationFn: (body: { role?: Role; disabled?: boolean }) =>
      unwrap(api.PATCH("/api/v1/users/{user_id}", { params: { path }, body })),
    onSuccess: refreshMembers,
    onError: failed,
  });
  const reset = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/users/{user_id}/link", { params: { path } })),
    onSuccess: (made) => onLink(made.link),
    onError: failed,
  });
  return (
    <li className={s.row}>
      <span className={s.avatar} aria-hidden="true">
        {(member.user.name || member.user.email).slice(0, 1).toUpperCase()}
      </span>
      <div className={s.rowText}>
        <div className={s.rowName}>
          {member.user.name || member.user.email}
          {self && <Pill>You</Pill>}
          {member.disabled && <Pill tone="warn">Locked out</Pill>}
        </div>
        <div className={s.rowSays}>
          {member.user.email} ·{" "}
          {member.last_sign_in_at ? `here ${ago(member.last_sign_in_at)}` : "never signed in"}
        </div>
      </div>
      <Select
        size="xs"
        w={136}
        aria-label={`Role of ${member.user.name || member.user.email}`}
        value={member.role}
        data={ROLE_OPTIONS}
        disabled={self || change.isPending}
        onChange={(value) => value && change.mutate({ role: value as Role })}
      />
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon aria-label={`Actions for ${member.user.name || member.user.email}`} disabled={self}>
            <IconDots size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconLink size={16} />} onClick={() => reset.mutate()}>
            Link for a new password
          </Menu.Item>
          <Menu.Item
            leftSection={member.disabled ? <IconUserUp size={16} /> : <IconUserOff size={16} />}
            onClick={() => change.mutate({ disabled: !member.disabled })}
          >
            {member.disabled ? "Let in again" : "Lock out"}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}

function InviteRow({ invite }: { readonly invite: Invite }) {
  const withdraw = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE("/api/v1/users/invites/{invite_id}", { params: { path: { invite_id: invite.id } } })),
    onSuccess: refreshMembers,
    onError: failed,
  });
  return (
    <li className={s.row}>
      <div className={s.rowText}>
        <div className={s.rowName}>
          {invite.email} <Pill>{ROLE_SAYS[invite.role].label}</Pill>
        </div>
        <div className={s.rowSays}>The link is good until {longDay(invite.expires_at)}.</div>
      </div>
      <Button variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
        Withdraw
      </Button>
    </li>
  );
}

function InviteForm({ onClose }: { readonly onClose: () => void }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const invite = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/users/invites", { body: { email: email.trim(), role } })),
    onSuccess: refreshMembers,
  });
  if (invite.data) return <OneTimeLink link={invite.data.link} onClose={onClose} />;
  return (
    <form
      className={s.form}
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate();
      }}
    >
      <TextInput
        label="E-mail"
        type="email"
        required
        withAsterisk={false}
        data-autofocus
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <Select
        label="Role"
        description={ROLE_SAYS[role].says}
        value={role}
        data={ROLE_OPTIONS}
        onChange={(value) => setRole((value ?? "viewer") as Role)}
      />
      {invite.error && <ProblemNotice error={invite.error} />}
      <div className={s.formActions}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={email.trim() === ""} loading={invite.isPending}>
          Make the link
        </Button>
      </div>
    </form>
  );
}
