declare module "desk:schemas" {
  const schemas: Record<string, import("./schema").Schema>;
  export default schemas;
}
declare module "desk:validator" {
  interface Fault {
    instancePath: string;
    schemaPath: string;
    keyword: string;
    params: Record<string, unknown>;
  }
  interface Validate {
    (data: unknown): boolean;
    errors?: Fault[] | null;
  }
  const validate: Validate;
  export default validate;
}
declare module "*.css";
