// Departments, their names and mail domains.
import type { Api } from "../api";
import * as data from "./data";
import { changed, departmentOf, found, refuse, world } from "./world";

export const departments = {
  departments: async () => data.departments,
  addDepartment: async (n) => {
    if (data.departments.some((d) => d.name === n.name)) refuse("departmentTaken");
    const foreign = n.mailDomains.find((domain) => domain !== "physics.example.edu");
    if (foreign) refuse("validation", `the CA of this folder was made for physics.example.edu and may not certify ${foreign}: choose among those, or set up another folder for ${foreign}`, "mail_domains");
    const made = { ...departmentOf(data.departments[0]?.id), id: data.fresh(), name: n.name, certifiedName: n.name, mailDomains: n.mailDomains, pilot: true, createdAt: new Date().toISOString() };
    data.departments.push(made);
    changed();
    return made;
  },
  permittedMailDomains: async () => ["physics.example.edu", "example.edu"],
  changeMailDomains: async (n) => {
    const of = departmentOf(n.department);
    const wrong = n.mailDomains.find((one) => !["physics.example.edu", "example.edu"].includes(one));
    if (wrong) refuse("validation", `the CA of this folder was made for physics.example.edu, example.edu and may not certify ${wrong}: choose among those, or set up another folder for ${wrong}`, "mail_domains");
    of.mailDomains = n.mailDomains;
    changed();
    return of;
  },
  renameOrganization: async (name) => {
    for (const one of data.departments) one.organization = name;
    if (world.department) world.department = { ...world.department, organization: name };
    changed();
    return null;
  },
  renameDepartment: async (n) => {
    const renamed = departmentOf(n.department);
    renamed.name = n.name;
    for (const person of data.people) if (person.departmentId === renamed.id) person.department = n.name;
    changed();
    return renamed;
  },
  moveSubscriber: async (moved) => {
    const [person, to] = [found(data.people.find((p) => p.id === moved.subscriber)), departmentOf(moved.department)];
    Object.assign(person, { department: to.name, departmentId: to.id, subject: `CN=${person.name},OU=${to.certifiedName},O=Northbridge University` });
    changed();
    return person;
  },
} satisfies Partial<Api>;
