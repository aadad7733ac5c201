import { Button, Modal, SegmentedControl, Select, TextInput } from "@mantine/core";
import { IconPlugConnected, IconStethoscope } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/api/client";
import type { SourceTest } from "@/api/types";
import { ago } from "@/ui/dates";
import { byteSize } from "@/ui/money";
import { Notice, ProblemNotice } from "@/ui/States";
import { FaultNotice } from "./FaultNotice";
import { costsChanged } from "./queries";
import { POLLS } from "./SourceRow";
import s from "./sources.module.css";

type Kind = "s3" | "folder";
type Overlapping = "refuse" | "replace" | "add";

export function ConnectDialog({
  opened,
  onClose,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
}) {
  return (
    <Modal opened={opened} onClose={onClose} title="Connect a source" size={560}>
      {opened && <ConnectForm onClose={onClose} />}
    </Modal>
  );
}

function ConnectForm({ onClose }: { readonly onClose: () => void }) {
  const [kind, setKind] = useState<Kind>("s3");
  const [name, setName] = useState("");
  const [location, setLocation] = useState("");
  const [poll, setPoll] = useState("60");
  const [overlapping, setOverlapping] = useState<Overlapping>("refuse");
  const settings = { overlapping };
  const test = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/sources/test", { body: { kind, location: location.trim(), settings } })),
  });
  const connect = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/sources", {
          body: {
            kind,
            name: name.trim(),
            location: location.trim(),
            poll_minutes: poll ? Number(poll) : null,
            enabled: true,
            settings,
          },
        }),
      ),
    onSuccess: () => {
      costsChanged();
      onClose();
    },
  });
  const complete = name.trim() !== "" && location.trim() !== "";
  return (
    <form
      className={s.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (complete) connect.mutate();
      }}
    >
      <SegmentedControl
        fullWidth
        aria-label="Kind of place"
        value={kind}
        onChange={(value) => {
          setKind(value as Kind);
          test.reset();
        }}
        data={[
          { value: "s3", label: "S3 bucket" },
          { value: "folder", label: "Folder of this server" },
        ]}
      />
      <TextInput
        label={kind === "s3" ? "Bucket and prefix" : "Folder"}
        description={
          kind === "s3"
            ? "The server's own AWS credentials read it; it needs s3:ListBucket and s3:GetObject."
            : "An absolute path below the roots that the server allows."
        }
        placeholder={kind === "s3" ? "s3://acme-billing/cur2/" : "/srv/bills"}
        required
        withAsterisk={false}
        data-autofocus
        value={location}
        onChange={(event) => {
          setLocation(event.currentTarget.value);
          test.reset();
        }}
      />
      <TextInput
        label="Name"
        placeholder="Acme CUR"
        required
        withAsterisk={false}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <div className={s.pair}>
        <Select
          label="Look for new bills"
          value={poll}
          data={POLLS}
          onChange={(value) => setPoll(value ?? "")}
        />
        <Select
          label="If another source has the same charges"
          value={overlapping}
          data={[
            { value: "refuse", label: "Refuse them" },
            { value: "replace", label: "Replace the other's" },
            { value: "add", label: "Count both" },
          ]}
          onChange={(value) => setOverlapping((value ?? "refuse") as Overlapping)}
        />
      </div>
      {test.data && <TestResult test={test.data} />}
      {test.error && <ProblemNotice error={test.error} />}
      {connect.error && <ProblemNotice error={connect.error} />}
      <div className={s.formActions}>
        <Button
          variant="default"
          mr="auto"
          leftSection={<IconStethoscope size={15} />}
          disabled={location.trim() === ""}
          loading={test.isPending}
          onClick={() => test.mutate()}
        >
          Test
        </Button>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          type="submit"
          leftSection={<IconPlugConnected size={15} />}
          disabled={!complete}
          loading={connect.isPending}
        >
          Connect
        </Button>
      </div>
    </form>
  );
}

function TestResult({ test }: { readonly test: SourceTest }) {
  if (test.error) return <FaultNotice fault={test.error} />;
  if (!test.reachable) return <Notice tone="bad" title="It can't be reached." />;
  if (test.found === 0) {
    return (
      <Notice tone="warn" title="It can be read, but holds no bill yet">
        Connect it anyway: it is looked at regularly, and the first bill is loaded when it arrives.
      </Notice>
    );
  }
  return (
    <Notice
      tone="good"
      title={`It can be read and offers ${test.found.toLocaleString("en-US")} ${test.found === 1 ? "bill" : "bills"}`}
    >
      <ul className={s.deliveries}>
        {test.deliveries.slice(0, 5).map((delivery) => (
          <li key={delivery.part}>
            <span className="mono clip">{delivery.part}</span>
            <span className="num muted">
              {byteSize(delivery.bytes)}
              {delivery.modified_at ? `, ${ago(delivery.modified_at)}` : ""}
            </span>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
