import { IconChevronLeft } from "@tabler/icons-react";
import { Link, useParams } from "@tanstack/react-router";
import { useScope } from "@/features/scope/useScope";
import { ResourceDetails } from "./ResourceDetails";
import r from "./resources.module.css";

export function ResourcePage() {
  const { id } = useParams({ from: "/frame/resources/$id" });
  const scope = useScope();
  return (
    <>
      <Link to="/resources" className={r.back}>
        <IconChevronLeft size={16} aria-hidden="true" /> Resources
      </Link>
      <ResourceDetails id={id} scope={scope} />
    </>
  );
}
